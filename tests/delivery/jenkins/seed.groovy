// Executes a Job DSL script and says which jobs it makes, as JSON: {name: script}. Whatever it calls
// inside of a job is taken as it comes, but for scriptPath.
import groovy.json.JsonOutput

class Job {
    String script

    def methodMissing(String name, arguments) {
        if (name == 'scriptPath') {
            script = arguments[0]
        }
        if (arguments && arguments[-1] instanceof Closure) {
            Closure body = arguments[-1]
            body.delegate = this
            body.resolveStrategy = Closure.DELEGATE_FIRST
            body.call()
        }
    }
}

def jobs = [:]
def binding = new Binding()
binding.folder = { name -> jobs[name] = null }
binding.pipelineJob = { name, Closure body ->
    def job = new Job()
    body.delegate = job
    body.resolveStrategy = Closure.DELEGATE_FIRST
    body.call()
    jobs[name.toString()] = job.script.toString()
}
new GroovyShell(binding).evaluate(new File(args[0]))
println JsonOutput.toJson(jobs)
