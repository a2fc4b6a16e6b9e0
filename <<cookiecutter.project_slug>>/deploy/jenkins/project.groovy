/** What the pipelines share: credentials by the ids in config.yaml, bound for one block. */

def settings() {
    return readYaml(file: 'config.yaml').jenkins ?: [:]
}

/** Runs a block with the user name and password of the tracking server, in MLflow's variables. */
def withModelRegistry(Closure block) {
    withUser(settings().credentials?.model_registry, 'MLFLOW_TRACKING', block)
}

/** Runs a block with the user name and password of the image registry, for `make push`. */
def withImageRegistry(Closure block) {
    withUser(settings().credentials?.image_registry, 'REGISTRY', block)
}

/** Runs a block on an environment of config.yaml: its kubeconfig, its namespace, its settings. */
def withEnvironment(String name, Closure block) {
    def target = settings().environments?.get(name)
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
