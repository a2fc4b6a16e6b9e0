// Job DSL: a folder of the project, and in it a job for each pipeline.
def project = '<< cookiecutter.project_slug >>'
def repository = System.getenv('PROJECT_REPOSITORY')
def revision = System.getenv('PROJECT_BRANCH')

folder(project)

['continuous-integration', 'train-model', 'build-image', 'deploy'].each { pipeline ->
    pipelineJob("${project}/${pipeline}") {
        definition {
            cpsScm {
                scm {
                    git {
                        remote {
                            url(repository)
                        }
                        branch(revision)
                    }
                }
                scriptPath("deploy/jenkins/${pipeline}.Jenkinsfile")
            }
        }
    }
}
