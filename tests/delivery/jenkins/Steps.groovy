import org.yaml.snakeyaml.Yaml

/** The steps that pipelines call, each noted with where it ran, and agents with their workspaces. */
class Steps {
    static final String OLD = 'of another run'

    final Rehearsal of
    final Map environment = [:]
    final Map failures
    final Map aborts
    final Map outputs
    final List commits
    final Map stashes = [:]
    boolean executor = false
    String container
    String commit
    Set files = []

    Steps(Rehearsal rehearsal) {
        of = rehearsal
        failures = [*: rehearsal.scenario.failures ?: [:]]
        aborts = rehearsal.scenario.aborts ?: [:]
        outputs = rehearsal.scenario.outputs ?: [:]
        commits = rehearsal.scenario.commits ?: ['abc']
    }

    void note(String step, Object value) {
        of.events.add([
            stage: of.stage, step: step, value: value.toString(), environment: [*: environment], executor: executor,
            container: container, commit: commit, files: files.sort(),
        ])
    }

    /** Runs a block on an agent, whose workspace an earlier run has left as it was. */
    void onAgent(String agent, Closure block) {
        if (agent in [null, 'none']) {
            block()
            return
        }
        def before = [executor, commit, files]
        (executor, commit, files) = [true, OLD, [OLD] as Set]
        try {
            block()
        } finally {
            (executor, commit, files) = before
        }
    }

    /** Makes a step known that fails as often as the scenario says, and only runs on an agent. */
    void step(String name, List types, Closure said, Closure does = { null }) {
        of.know(name, types) { Object... given ->
            if (!executor) {
                throw new IllegalStateException("${name} needs an agent")
            }
            def value = said(*given).toString()
            note(name, value)
            def told = name == 'sh' ? value : name
            if (failures[told]) {
                failures[told] -= 1
                throw new Failed("${told} failed".toString())
            }
            if (aborts[told]) {
                throw new Failed("${told} was aborted".toString(), true)
            }
            Cps.stop(name, does(*given))
        }
    }

    void register() {
        of.know('script', [Closure]) { body -> of.within('script', body) }
        of.know('echo', [Object]) { note('echo', it) }
        of.know('error', [Object]) { throw new Failed(it.toString()) }
        of.know('retry', [Integer, Closure]) { times, body -> again(times, body) }
        of.know('timeout', [Map, Closure]) { limit, body -> Cps.run(body) }
        workspace()
        commands()
        bindings()
    }

    void workspace() {
        step('deleteDir', [], { '' }) { commit = null; files = [] }
        step('checkout', [Object], { it }) {
            commit = commits.size() > 1 ? commits.remove(0) : commits[0]
            files += ['sources']
            [GIT_COMMIT: commit]
        }
        step('stash', [Map], { it.includes }) { stashes[it.name] = it.includes }
        step('unstash', [String], { it }) { files += stashes[it].tokenize(', ') }
        step('junit', [Map], { it.testResults })
        step('archiveArtifacts', [Map], { it.artifacts })
        of.know('load', [String]) { of.load(it, [:]) }
        of.know('readYaml', [Map]) { new Yaml().load(new File(of.scenario.folder, it.file).text) }
    }

    void commands() {
        step('sh', [String], { it }) {
            if (it.startsWith('git checkout') && it.contains('$COMMIT')) {
                commit = environment.COMMIT
            }
        }
        step('sh', [Map], { it.script }) {
            def told = outputs[it.script]
            told instanceof List ? (told.size() > 1 ? told.remove(0) : told[0]) : told ?: ''
        }
        of.know('withDockerContainer', [Map, Closure]) { given, body ->
            container = "${given.args} ${given.image}"
            try {
                return Cps.run(body)
            } finally {
                container = null
            }
        }
    }

    void bindings() {
        of.helper.registerAllowedMethod('file', [Map], { [(it.variable): "secret ${it.credentialsId}"] })
        of.helper.registerAllowedMethod('usernamePassword', [Map], {
            [(it.usernameVariable): "user of ${it.credentialsId}", (it.passwordVariable): "secret ${it.credentialsId}"]
        })
        of.know('withCredentials', [List, Closure]) { bound, body -> set(bound.collectEntries { it }, body) }
        of.know('withEnv', [List, Closure]) { lines, body ->
            set(lines.collectEntries { it.toString().split('=', 2) as List }, body)
        }
    }

    Object again(int times, Closure body) {
        try {
            return Cps.run(body)
        } catch (Failed failure) {
            if (failure.aborted || times == 1) {
                throw failure
            }
        }
        again(times - 1, body)
    }

    Object set(Map variables, Closure body) {
        def before = [*: environment]
        variables.each { name, value -> environment[name.toString()] = value.toString() }
        try {
            return Cps.run(body)
        } finally {
            environment.clear()
            environment.putAll(before)
        }
    }
}
