// Executes Jenkinsfiles with JenkinsPipelineUnit and says what they did, as JSON.
//
// In: a list of {pipeline, folder, parameters, failures: {command: times}, answer: yes|no}.
// Out, for each: {result, stages, events: [{stage, step, value, environment}], directives}, or
// {result: REFUSED, why} where Jenkins would not run it.
// It holds the rules of declarative pipelines that matter here: which directive may stand where, a
// failed stage ends the rest, `when` and `input` come before steps, post runs at the end.
import com.lesfurets.jenkins.unit.MockPipelineScript
import com.lesfurets.jenkins.unit.PipelineTestHelper
import groovy.json.JsonOutput
import groovy.json.JsonSlurper
import org.yaml.snakeyaml.Yaml

class Aborted extends RuntimeException {
    Aborted(String why) { super(why) }
}

class Rehearsal {
    static final Map MAY_HOLD = [
        pipeline: ['agent', 'triggers', 'options', 'environment', 'parameters', 'stages', 'post'],
        triggers: ['cron', 'pollSCM', 'upstream'],
        options: ['buildDiscarder', 'disableConcurrentBuilds', 'timeout'],
        parameters: ['string', 'choice'],
        stages: ['stage'],
        stage: ['when', 'input', 'options', 'steps'],
        when: ['beforeInput', 'expression'],
        input: ['message', 'ok'],
        steps: ['sh', 'echo', 'script', 'retry', 'junit', 'archiveArtifacts'],
        script: ['load', 'sh', 'retry', 'readYaml', 'withCredentials', 'withEnv', 'error'],
        post: ['always', 'success', 'failure', 'cleanup'],
    ]

    final Map scenario
    final List events = []
    final List stages = []
    final Map directives = [:]
    final Map environment = [:]
    final Map failures
    final List inside = []
    final PipelineTestHelper helper = new PipelineTestHelper()
    Map block = [:]
    String stage = ''
    String result = 'SUCCESS'
    Closure post
    String why = ''

    Rehearsal(Map scenario) {
        this.scenario = scenario
        failures = [*: scenario.failures ?: [:]]
    }

    Map run(ClassLoader loader) {
        helper.scriptRoots = [scenario.folder] as String[]
        helper.baseScriptRoot = scenario.folder
        helper.scriptBaseClass = MockPipelineScript
        helper.baseClassloader = loader
        helper.imports = [:]
        helper.init()
        directives()
        steps()
        def binding = new Binding([any: 'any', params: scenario.parameters ?: [:]])
        helper.runScript("deploy/jenkins/${scenario.pipeline}.Jenkinsfile".toString(), binding)
        [result: result, why: why, stages: stages, events: events, directives: directives]
    }

    void know(String name, List types, Closure callback) {
        helper.registerAllowedMethod(name, types, { Object... given ->
            def parent = inside ? inside.last() : ''
            def allowed = parent ? MAY_HOLD[parent] : ['pipeline']
            if (allowed != null && !(name in allowed)) {
                throw new IllegalStateException("${name} may not stand in ${parent}")
            }
            callback.call(*given)
        })
    }

    Object within(String name, Closure body) {
        inside.add(name)
        try {
            return body.call()
        } finally {
            inside.removeAt(inside.size() - 1)
        }
    }

    void note(String step, Object value) {
        events.add([stage: stage, step: step, value: value.toString(), environment: [*: environment]])
    }

    void directives() {
        know('pipeline', [Closure]) { body ->
            within('pipeline', body)
            if (post) {
                stage = 'post'
                ['always', result == 'SUCCESS' ? 'success' : 'failure', 'cleanup'].each { condition ->
                    know(condition, [Closure]) { steps -> within('steps', steps) }
                }
                within('post', post)
            }
        }
        know('agent', [Object]) { directives.agent = it }
        know('post', [Closure]) { post = it }
        know('environment', [Closure]) { Closure body ->
            body.delegate = environment
            body.resolveStrategy = Closure.DELEGATE_FIRST
            body.call()
        }
        ['triggers', 'parameters', 'stages'].each { name ->
            know(name, [Closure]) { body -> within(name, body) }
        }
        know('options', [Closure]) { body ->
            def limit = directives.timeout
            within('options', body)
            if (inside.last() == 'stage') {
                block.timeout = directives.timeout
                directives.timeout = limit
            }
        }
        know('cron', [String]) { directives.cron = it }
        know('pollSCM', [String]) { directives.pollSCM = it }
        know('upstream', [Map]) { directives.upstream = it.upstreamProjects }
        know('disableConcurrentBuilds', []) { directives.alone = true }
        know('buildDiscarder', [Object]) { directives.kept = it }
        helper.registerAllowedMethod('logRotator', [Map], { it.numToKeepStr })
        know('timeout', [Map]) { directives.timeout = "${it.time} ${it.unit}".toString() }
        ['string', 'choice'].each { kind ->
            know(kind, [Map]) { given ->
                directives.parameters = (directives.parameters ?: [:]) + [(given.name): given.choices ?: given.defaultValue]
            }
        }
        know('stage', [String, Closure]) { name, body -> runStage(name, body) }
        know('steps', [Closure]) { block.steps = it }
        know('when', [Closure]) { body ->
            within('when', body)
        }
        know('beforeInput', [Object]) { block.beforeInput = it }
        know('expression', [Closure]) { block.condition = it }
        know('input', [Closure]) { body -> block.input = [:]; within('input', body) }
        know('message', [String]) { block.input.message = it }
        know('ok', [String]) { block.input.ok = it }
    }

    void runStage(String name, Closure body) {
        if (result != 'SUCCESS') {
            return
        }
        block = [:]
        within('stage', body)
        if (!block.steps) {
            throw new IllegalStateException("stage ${name} has no steps")
        }
        stage = name
        try {
            if (block.beforeInput && !block.condition.call()) {
                return
            }
            if (block.input != null) {
                note('input', block.input.message)
                if (scenario.answer != 'yes') {
                    throw new Aborted('refused')
                }
            }
            if (!block.beforeInput && block.condition && !block.condition.call()) {
                return
            }
            stages.add(name)
            within('steps', block.steps)
        } catch (Aborted stop) {
            result = stop.message == 'refused' ? 'ABORTED' : 'FAILURE'
            why = stop.message
        }
    }

    void steps() {
        know('script', [Closure]) { body -> within('script', body) }
        know('load', [String]) { helper.runScript(it, new Binding()) }
        know('echo', [String]) { note('echo', it) }
        know('sh', [String]) { command ->
            note('sh', command)
            if (failures[command]) {
                failures[command] -= 1
                throw new Aborted("${command} failed".toString())
            }
        }
        know('retry', [Integer, Closure]) { times, body ->
            for (int left = times - 1; ; left--) {
                try {
                    return body.call()
                } catch (Aborted stop) {
                    if (!left) {
                        throw stop
                    }
                }
            }
        }
        know('readYaml', [Map]) { new Yaml().load(new File(scenario.folder, it.file).text) }
        know('error', [Object]) { throw new Aborted(it.toString()) }
        know('junit', [Map]) { note('junit', it.testResults) }
        know('archiveArtifacts', [Map]) { note('archiveArtifacts', it.artifacts) }
        helper.registerAllowedMethod('file', [Map], { [(it.variable): "secret ${it.credentialsId}"] })
        helper.registerAllowedMethod('usernamePassword', [Map], {
            [(it.usernameVariable): "user of ${it.credentialsId}", (it.passwordVariable): "secret ${it.credentialsId}"]
        })
        know('withCredentials', [List, Closure]) { bound, body -> set(bound.collectEntries { it }, body) }
        know('withEnv', [List, Closure]) { lines, body ->
            set(lines.collectEntries { it.toString().split('=', 2) as List }, body)
        }
    }

    void set(Map variables, Closure body) {
        def before = [*: environment]
        variables.each { name, value -> environment[name.toString()] = value.toString() }
        body.call()
        environment.clear()
        environment.putAll(before)
    }
}

def loader = new GroovyClassLoader(getClass().classLoader)
loader.parseClass('package hudson.model; enum Result { SUCCESS }')
println JsonOutput.toJson(new JsonSlurper().parse(System.in).collect {
    try {
        new Rehearsal(it).run(loader)
    } catch (Exception | Error refused) { // an error of Groovy's compiler is an Error or an Exception
        [result: 'REFUSED', why: refused.toString()]
    }
})
