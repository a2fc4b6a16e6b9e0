/** What the pipelines share: the container that stages run in, and credentials by the ids in config.yaml. */

def settings() {
    return readYaml(file: 'config.yaml')
}

/** Tells the image that stages run in; none where they run on the agent itself, with its tools. */
def image() {
    def named = settings().jenkins?.image
    return named == 'none' ? null : named ?: '<< cookiecutter.project_slug >>-ci:jenkins'
}

/** Builds the image that stages run in, unless config.yaml names one. Where nothing changed, docker has it already. */
def prepare() {
    if (image() == null || settings().jenkins?.image) {
        return
    }
    def ours = settings().image
    withEnv(["CI_IMAGE=${image()}", "BASE=${ours?.base ?: ''}", "PACKAGES=${(ours?.system_packages ?: []).join(' ')}"]) {
        retry(2) {
            sh '''docker build --target pipelines --tag "$CI_IMAGE" --file deploy/docker/ci.Dockerfile \\
                --build-arg "SYSTEM_PACKAGES=$PACKAGES" ${BASE:+--build-context "base=docker-image://$BASE"} .'''
        }
    }
}

/** Runs a block in that image. Downloads are kept for the agent's next run. */
def inside(Closure block) {
    contained('', block)
}

/** Runs a block that builds and starts images: it may use the agent's docker, and its network to reach what it starts. */
def insideWithDocker(Closure block) {
    if (image() == null) {
        block()
        return
    }
    def group = sh(script: 'stat -c %g /var/run/docker.sock', returnStdout: true).trim()
    contained("--network host --volume /var/run/docker.sock:/var/run/docker.sock --group-add ${group} ", block)
}

def contained(String more, Closure block) {
    if (image() == null) {
        block()
        return
    }
    withDockerContainer(image: image(), args: "${more}--volume << cookiecutter.project_slug >>-ci-cache:/var/cache/ci") {
        block()
    }
}

/** Tells the folder of the bundle that `make fetch-model` writes. */
def bundle() {
    return settings().paths?.bundle ?: 'model_bin'
}

/** Makes the environment of a workspace that has just been checked out. */
def setup() {
    prepare()
    inside {
        retry(2) {
            sh 'make setup'
        }
    }
}

/** Brings an emptied workspace to where the run was: its commit, whatever the branch has by now, and what it stashed. */
def resume(String commit, String stashed) {
    deleteDir()
    checkout scm
    withEnv(["COMMIT=${commit}"]) {
        sh 'git checkout --quiet --detach "$COMMIT"'
    }
    unstash stashed
    setup()
}

/** Shows what a command says, and returns it. */
def output(String command) {
    def told = sh(script: command, returnStdout: true)
    echo told
    return told
}

/** Fails if the environment is not what it was when its differences were shown. */
def confirm(String changes) {
    if (output('make diff') != changes) {
        error 'The stage Diff showed other changes than these: the environment has changed since. Start the pipeline anew.'
    }
}

/** Runs a block with the user name and password of the tracking server, in MLflow's variables. */
def withModelRegistry(Closure block) {
    withUser(settings().jenkins?.credentials?.model_registry, 'MLFLOW_TRACKING', block)
}

/** Runs a block with the user name and password of the image registry, for `make push`. */
def withImageRegistry(Closure block) {
    withUser(settings().jenkins?.credentials?.image_registry, 'REGISTRY', block)
}

/** Runs a block on an environment of config.yaml: its kubeconfig, its namespace, its settings. */
def withEnvironment(String name, Closure block) {
    def target = settings().jenkins?.environments?.get(name)
    if (!target) {
        error "config.yaml has no jenkins.environments.${name}; add it there, or choose another."
    }
    withCredentials([file(credentialsId: target.kubeconfig, variable: 'KUBECONFIG')]) {
        withEnv(["NAMESPACE=${target.namespace}", "VALUES=${target.values ?: ''}"]) {
            block()
        }
    }
}

def withUser(String id, String prefix, Closure block) {
    def bound = []
    if (id) {
        bound = [usernamePassword(
            credentialsId: id,
            usernameVariable: "${prefix}_USERNAME",
            passwordVariable: "${prefix}_PASSWORD",
        )]
    }
    withCredentials(bound) {
        block()
    }
}

return this
