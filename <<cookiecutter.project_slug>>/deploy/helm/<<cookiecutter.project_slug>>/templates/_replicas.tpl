{{/* The number of pods. Where the autoscaler decides about it, it is the number that there are: without
   one Helm would take away what the release before had set, and one pod is Kubernetes' default. What is
   rendered without a cluster (helm template, Argo CD) has no number. */}}
{{- define "<< cookiecutter.project_slug >>.replicas" -}}
{{- $least := int .Values.deployment.replicas }}
{{- $most := int .Values.deployment.max_replicas }}
{{- if not (include "<< cookiecutter.project_slug >>.autoscaled" .) }}{{ $least }}
{{- else if include "<< cookiecutter.project_slug >>.has-cluster" . }}
{{- $there := lookup "apps/v1" "Deployment" .Release.Namespace (include "<< cookiecutter.project_slug >>.fullname" .) | default dict }}
{{- dig "spec" "replicas" $least $there | int | max $least | min $most }}
{{- end }}
{{- end }}

{{- define "<< cookiecutter.project_slug >>.autoscaled" -}}
{{- if gt (int .Values.deployment.max_replicas) (int .Values.deployment.replicas) }}yes{{ end }}
{{- end }}

{{/* A ConfigMap that each namespace has, and that the deployer of one namespace alone may read. */}}
{{- define "<< cookiecutter.project_slug >>.has-cluster" -}}
{{- if lookup "v1" "ConfigMap" .Release.Namespace "kube-root-ca.crt" }}yes{{ end }}
{{- end }}
