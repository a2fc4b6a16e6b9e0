{{/* What the service reads of config.yaml, and what fetches its model; a change of the rest starts no pod anew. */}}
{{- define "<< cookiecutter.project_slug >>.served" -}}
{{- $read := pick .Values "serving" "log" }}
{{- $_ := set $read "model" (pick .Values.model "name" "title" "description") }}
{{- $_ := set $read "training" (pick .Values.training "trusted_types") }}
{{- $_ := set $read "paths" (pick .Values.paths "bundle" "client") }}
{{- if include "<< cookiecutter.project_slug >>.fetches" . }}
{{- $_ := set $read "registry" (pick .Values.registry "uri" "metric") }}
{{- end }}
{{- toYaml $read }}
{{- end }}

{{- define "<< cookiecutter.project_slug >>.fetches" -}}
{{- if ne (toString .Values.serving.model) "baked" }}yes{{ end }}
{{- end }}

{{/* Where the service listens in its pod: nobody reaches what listens to the pod alone. */}}
{{- define "<< cookiecutter.project_slug >>.host" -}}
{{- $host := .Values.serving.host }}
{{- if or (hasPrefix "127." $host) (has $host (list "localhost" "::1")) }}0.0.0.0{{ else }}{{ $host }}{{ end }}
{{- end }}

{{- define "<< cookiecutter.project_slug >>.config-variable" -}}
- name: {{ include "<< cookiecutter.project_slug >>.prefix" . }}CONFIG
  value: /etc/{{ .Chart.Name }}/config.yaml
{{- end }}

{{/* The variables of the service, which go before its config.yaml. */}}
{{- define "<< cookiecutter.project_slug >>.service-environment" -}}
{{- include "<< cookiecutter.project_slug >>.config-variable" . }}
- name: {{ include "<< cookiecutter.project_slug >>.prefix" . }}SERVING__HOST
  value: {{ include "<< cookiecutter.project_slug >>.host" . | quote }}
- name: {{ include "<< cookiecutter.project_slug >>.prefix" . }}SERVING__PORT
  value: {{ .Values.serving.port | quote }}
{{- if .Values.deployment.path }}
- name: {{ include "<< cookiecutter.project_slug >>.prefix" . }}SERVING__ROOT_PATH
  value: {{ include "<< cookiecutter.project_slug >>.path" . | default .Values.serving.root_path | quote }}
{{- end }}
- name: {{ include "<< cookiecutter.project_slug >>.prefix" . }}SERVING__DRAIN_SECONDS
  value: {{ .Values.serving.drain_seconds | quote }}
{{- if include "<< cookiecutter.project_slug >>.fetches" . }}
- name: {{ include "<< cookiecutter.project_slug >>.prefix" . }}SERVING__MODEL
  value: baked
- name: {{ include "<< cookiecutter.project_slug >>.prefix" . }}PATHS__BUNDLE
  value: {{ include "<< cookiecutter.project_slug >>.fetched-bundle" . }}
{{- end }}
{{- if .Values.deployment.fluent_bit.outputs }}
- name: {{ include "<< cookiecutter.project_slug >>.prefix" . }}LOG__PREDICTIONS
  value: forward
- name: {{ include "<< cookiecutter.project_slug >>.prefix" . }}LOG__FORWARD__HOST
  value: 127.0.0.1
- name: {{ include "<< cookiecutter.project_slug >>.prefix" . }}LOG__FORWARD__PORT
  value: {{ include "<< cookiecutter.project_slug >>.fluent-bit-port" . | quote }}
- name: {{ include "<< cookiecutter.project_slug >>.prefix" . }}LOG__FORWARD__TLS
  value: "false"
{{- end }}
{{- with .Values.deployment.secrets.admin_token }}
- name: {{ include "<< cookiecutter.project_slug >>.prefix" $ }}SERVING__ADMIN_TOKEN
  valueFrom:
    secretKeyRef:
      name: {{ . | quote }}
      key: admin-token
{{- end }}
{{- if .Values.deployment.secrets.api_keys }}
- name: {{ include "<< cookiecutter.project_slug >>.prefix" . }}SERVING__API_KEYS__FILE
  value: {{ include "<< cookiecutter.project_slug >>.keys-folder" . }}/keys
{{- end }}
{{- end }}

{{- define "<< cookiecutter.project_slug >>.fetch-environment" -}}
{{- include "<< cookiecutter.project_slug >>.config-variable" . }}
- name: {{ include "<< cookiecutter.project_slug >>.prefix" . }}PATHS__BUNDLE
  value: {{ include "<< cookiecutter.project_slug >>.fetched-bundle" . }}
{{- end }}

{{- define "<< cookiecutter.project_slug >>.retrain-environment" -}}
{{- include "<< cookiecutter.project_slug >>.config-variable" . }}
{{- range list "BUNDLE" "REPORTS" "REGISTRY" }}
- name: {{ include "<< cookiecutter.project_slug >>.prefix" $ }}PATHS__{{ . }}
  value: /retrain/{{ lower . }}
{{- end }}
{{- end }}
