// Executes Jenkinsfiles with JenkinsPipelineUnit, transformed as Jenkins does it, and says what they did, as JSON.
//
// In: a list of {pipeline, folder, parameters, answer: yes|no, failures: {command: times},
// aborts: {command: true}, outputs: {command: text or texts}, commits: [of each checkout]}.
// Out, for each: {result, why, stages, events: [{stage, step, value, environment, executor, container,
// commit, files}], directives}, or {result: REFUSED, why} where Jenkins would not run it.
import groovy.json.JsonOutput
import groovy.json.JsonSlurper

def loader = new GroovyClassLoader(getClass().classLoader)
loader.parseClass('package hudson.model; enum Result { SUCCESS }')
println JsonOutput.toJson(new JsonSlurper().parse(System.in).collect {
    try {
        new Rehearsal(it).run(loader)
    } catch (Exception | Error refused) { // an error of Groovy's compiler is an Error or an Exception
        [result: 'REFUSED', why: refused.toString()]
    }
})
