{{/* The ports that the service and its collector call, by blanks: registry, sink, and what is allowed. */}}
{{- define "<< cookiecutter.project_slug >>.called-ports" -}}
{{- $deployment := .Values.deployment }}
{{- $ports := list }}
{{- if include "<< cookiecutter.project_slug >>.fetches" . }}
{{- $ports = append $ports (include "<< cookiecutter.project_slug >>.registry-port" .) }}
{{- end }}
{{- if $deployment.fluent_bit.outputs }}
{{- range $deployment.fluent_bit.outputs }}
{{- if and .host (not .port) }}
{{- fail (printf "deployment.fluent_bit.outputs: %s at %s has no port; write it down, for the NetworkPolicy" .name .host) }}
{{- end }}
{{- with .port }}
{{- $ports = append $ports (toString .) }}
{{- end }}
{{- end }}
{{- else if eq .Values.log.predictions "forward" }}
{{- $ports = append $ports (toString .Values.log.forward.port) }}
{{- end }}
{{- range $deployment.allow_to }}
{{- $ports = append $ports (toString .) }}
{{- end }}
{{- without $ports "" | uniq | join " " }}
{{- end }}

{{/* Likewise of retraining: the registry, where the data is, and what is allowed. */}}
{{- define "<< cookiecutter.project_slug >>.retrain-ports" -}}
{{- $ports := list (include "<< cookiecutter.project_slug >>.registry-port" .) }}
{{- range concat .Values.deployment.retrain.allow_to .Values.deployment.allow_to }}
{{- $ports = append $ports (toString .) }}
{{- end }}
{{- without $ports "" | uniq | join " " }}
{{- end }}

{{/* The registry's port, by its address; where only a Secret knows that, it is among the allowed ones. */}}
{{- define "<< cookiecutter.project_slug >>.registry-port" -}}
{{- if .Values.registry.uri }}
{{- $registry := urlParse .Values.registry.uri }}
{{- $named := regexFind ":[0-9]+$" $registry.host | trimPrefix ":" }}
{{- $named | default (ternary "80" "443" (eq $registry.scheme "http")) }}
{{- else if not .Values.deployment.allow_to }}
{{- fail "registry.uri is empty, so that only the Secret deployment.secrets.registry knows where the registry is: name its port in deployment.allow_to, for the NetworkPolicy" }}
{{- end }}
{{- end }}

{{/* The ways out to the cluster's DNS and to ports, which are divided by blanks; none without any. */}}
{{- define "<< cookiecutter.project_slug >>.egress" -}}
{{- if . }}
egress:
  {{- include "<< cookiecutter.project_slug >>.egress-rules" . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "<< cookiecutter.project_slug >>.egress-rules" -}}
- ports: # of the cluster's DNS; on OpenShift its pods listen on 5353, and rules are for pods' ports
    {{- range $port := list 53 5353 }}
    - {port: {{ $port }}, protocol: UDP}
    - {port: {{ $port }}, protocol: TCP}
    {{- end }}
{{- with . }}
- ports:
    {{- range splitList " " . }}
    - port: {{ . }}
    {{- end }}
{{- end }}
{{- end }}
