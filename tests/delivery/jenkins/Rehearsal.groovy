import com.lesfurets.jenkins.unit.MockPipelineScript
import com.lesfurets.jenkins.unit.PipelineTestHelper

/** A run of a pipeline: the rules of declarative pipelines that matter here, and what came of it. */
class Rehearsal {
    static final Map MAY_HOLD = [
        pipeline: ['agent', 'triggers', 'options', 'environment', 'parameters', 'stages', 'post'],
        triggers: ['cron', 'pollSCM', 'upstream'],
        options: ['buildDiscarder', 'disableConcurrentBuilds', 'skipDefaultCheckout', 'timeout'],
        'stage options': ['timeout', 'lock', 'skipDefaultCheckout'],
        parameters: ['string', 'choice'],
        stages: ['stage'],
        stage: ['agent', 'when', 'input', 'options', 'steps', 'stages', 'post'],
        when: ['beforeInput', 'expression'],
        input: ['message', 'ok', 'submitter'],
        post: ['always', 'success', 'failure', 'aborted', 'cleanup'],
        steps: ['checkout', 'deleteDir', 'stash', 'unstash', 'sh', 'echo', 'script', 'retry', 'timeout', 'junit', 'archiveArtifacts'],
        script: ['checkout', 'deleteDir', 'stash', 'unstash', 'sh', 'echo', 'retry', 'timeout', 'load', 'readYaml', 'error',
            'withCredentials', 'withEnv', 'withDockerContainer'],
    ]

    final Map scenario
    final List events = []
    final List stages = []
    final Map directives = [:]
    final List inside = []
    final List blocks = [[:]]
    final PipelineTestHelper helper = new PipelineTestHelper()
    final Steps steps
    String stage = ''
    String result = 'SUCCESS'
    String why = ''

    Rehearsal(Map scenario) {
        this.scenario = scenario
        steps = new Steps(this)
    }

    Map run(ClassLoader loader) {
        helper.scriptRoots = [scenario.folder] as String[]
        helper.baseScriptRoot = scenario.folder
        helper.scriptBaseClass = MockPipelineScript
        helper.baseClassloader = loader
        helper.imports = [:]
        helper.init()
        Cps.transform(helper.gse.config)
        directives()
        steps.register()
        load("deploy/jenkins/${scenario.pipeline}.Jenkinsfile", [any: 'any', none: 'none', scm: 'scm', params: scenario.parameters ?: [:]])
        [result: result, why: why, stages: stages, events: events, directives: directives]
    }

    Object load(String file, Map variables) {
        Cps.run { helper.runScript(file, new Binding([scm: 'scm'] + variables)) }
    }

    /** Makes a word of the pipelines' language known: where it may stand, and what it does. */
    void know(String name, List types, Closure callback) {
        helper.registerAllowedMethod(name, types, { Object... given ->
            def parent = inside ? inside.last() : ''
            def allowed = parent ? MAY_HOLD[parent] : ['pipeline']
            if (!(name in allowed)) {
                throw new IllegalStateException("${name} may not stand in ${parent}")
            }
            callback.call(*given)
        })
    }

    Object within(String name, Closure body) {
        inside.add(name)
        try {
            return Cps.run(body)
        } finally {
            inside.removeAt(inside.size() - 1)
        }
    }

    void directives() {
        ['triggers', 'parameters', 'when'].each { name ->
            know(name, [Closure]) { body -> within(name, body) }
        }
        know('pipeline', [Closure]) { body ->
            within('pipeline', body)
            steps.onAgent(block().agent) {
                sequence(block().stages)
                stage = 'post'
                afterwards(block().post, result)
            }
        }
        know('agent', [Object]) { block().agent = it; directives.agent = directives.agent ?: it }
        ['stages', 'steps', 'post'].each { name ->
            know(name, [Closure]) { block()[name] = it }
        }
        know('environment', [Closure]) { body ->
            body.delegate = steps.environment
            body.resolveStrategy = Closure.DELEGATE_FIRST
            Cps.run(body)
        }
        know('options', [Closure]) { body -> within(inside.last() == 'stage' ? 'stage options' : 'options', body) }
        know('cron', [String]) { directives.cron = it }
        know('pollSCM', [String]) { directives.pollSCM = it }
        know('upstream', [Map]) { directives.upstream = it.upstreamProjects }
        know('disableConcurrentBuilds', []) { directives.alone = true }
        know('skipDefaultCheckout', []) { directives.checkout = 'none' }
        know('buildDiscarder', [Object]) { directives.kept = it }
        helper.registerAllowedMethod('logRotator', [Map], { it.numToKeepStr })
        know('timeout', [Map]) { block().timeout = "${it.time} ${it.unit}".toString(); directives.timeout = directives.timeout ?: block().timeout }
        know('lock', [Map]) { block().lock = it.resource.toString() }
        ['string', 'choice'].each { kind ->
            know(kind, [Map]) { given ->
                directives.parameters = (directives.parameters ?: [:]) + [(given.name): given.choices ?: given.defaultValue]
            }
        }
        know('stage', [String, Closure]) { name, body -> block().names = (block().names ?: []) + [[name, body]] }
        know('beforeInput', [Object]) { block().beforeInput = it }
        know('expression', [Closure]) { block().condition = it }
        know('input', [Closure]) { body -> within('input', body) }
        know('message', [String]) { block().message = it }
        know('ok', [String]) { block().ok = it }
        know('submitter', [String]) { block().submitter = it }
    }

    Map block() { blocks.last() }

    /** Runs stages one after the other, until one fails. */
    void sequence(Closure body) {
        blocks.add([:])
        within('stages', body)
        def found = blocks.pop().names
        if (found*.first().toSet().size() != found.size()) {
            throw new IllegalStateException("two stages of one name among ${found*.first()}")
        }
        found.each { name, inner -> if (result == 'SUCCESS') { runStage(name, inner) } }
    }

    void runStage(String name, Closure body) {
        blocks.add([:])
        within('stage', body)
        def block = block()
        if (!block.steps == !block.stages) {
            throw new IllegalStateException("stage ${name} has neither steps nor stages, or both")
        }
        stage = name
        try {
            if (block.lock) { steps.note('lock', block.lock) }
            if (goesOn(block, true) && answered(block)) {
                steps.onAgent(block.agent) { work(name, block) }
            }
        } catch (Failed failure) {
            failed(failure)
        } finally {
            blocks.pop()
        }
    }

    boolean goesOn(Map block, boolean beforeInput) {
        !block.condition || !!block.beforeInput != beforeInput || Cps.run(block.condition)
    }

    boolean answered(Map block) {
        if (block.message) {
            steps.note('input', block.message)
            if (scenario.answer != 'yes') {
                throw new Failed('refused', true)
            }
        }
        true
    }

    void work(String name, Map block) {
        if (!goesOn(block, false)) {
            return
        }
        def before = result
        try {
            if (block.stages) {
                sequence(block.stages)
            } else {
                stages.add(name)
                within('steps', block.steps)
            }
        } catch (Failed failure) {
            failed(failure)
        }
        stage = "post of ${name}"
        afterwards(block.post, before == result ? 'SUCCESS' : result)
    }

    void failed(Failed failure) {
        result = failure.aborted ? 'ABORTED' : 'FAILURE'
        why = why ?: failure.message
    }

    /** Runs the conditions of `post` in Jenkins' order; one that fails keeps no other from running. */
    void afterwards(Closure post, String came) {
        def bodies = [:]
        ['always', 'success', 'failure', 'aborted', 'cleanup'].each { name -> know(name, [Closure]) { bodies[name] = it } }
        if (post) {
            within('post', post)
        }
        ['always', came.toLowerCase(), 'cleanup'].findAll { bodies[it] }.each { name ->
            try {
                within('steps', bodies[name])
            } catch (Failed failure) {
                failed(failure)
            }
        }
    }
}
