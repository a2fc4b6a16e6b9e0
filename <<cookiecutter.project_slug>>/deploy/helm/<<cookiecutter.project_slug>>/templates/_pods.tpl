{{/* What all pods have: the restricted Pod Security standard, no way to the cluster's API, and where they run. */}}
{{- define "<< cookiecutter.project_slug >>.pod" -}}
{{- with .Values.deployment -}}
serviceAccountName: {{ .service_account | default (include "<< cookiecutter.project_slug >>.fullname" $) | quote }}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  {{- with include "<< cookiecutter.project_slug >>.user" $ }}
  runAsUser: {{ . }}
  runAsGroup: {{ . }}
  fsGroup: {{ . }}
  {{- end }}
  seccompProfile:
    type: RuntimeDefault
{{- with .secrets.pull }}
imagePullSecrets:
  - name: {{ . | quote }}
{{- end }}
{{- with .priority_class }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- with .node_selector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- end }}

{{/* The uid, the image's own where nothing is said; null leaves it to the cluster, as OpenShift wants. */}}
{{- define "<< cookiecutter.project_slug >>.user" -}}
{{- if hasKey .Values.deployment "run_as_user" }}
{{- with .Values.deployment.run_as_user }}{{ int64 . }}{{ end }}
{{- else }}10001{{ end }}
{{- end }}

{{- define "<< cookiecutter.project_slug >>.container-security" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{/* A share of CPUs in thousandths. */}}
{{- define "<< cookiecutter.project_slug >>.millicores" -}}
{{- if hasSuffix "m" . }}{{ trimSuffix "m" . }}{{ else }}{{ mulf . 1000 | int }}{{ end }}
{{- end }}

{{/* A container's share: as much memory as it may have, and at least that share of the CPU. Where
   deployment.cpu_limit is set, each has a limit, as a quota of them asks; more than it asks for. */}}
{{- define "<< cookiecutter.project_slug >>.resources" -}}
requests:
  cpu: {{ .cpu | quote }}
  memory: {{ .memory | quote }}
limits:
  memory: {{ .memory | quote }}
  {{- with .root.Values.deployment.cpu_limit }}
  {{- $less := lt (int (include "<< cookiecutter.project_slug >>.millicores" .)) (int (include "<< cookiecutter.project_slug >>.millicores" $.cpu)) }}
  {{- if and $less (eq $.cpu $.root.Values.deployment.cpu) }}
  {{- fail (printf "deployment.cpu is %s, more than deployment.cpu_limit, %s; write as much or less" $.cpu .) }}
  {{- end }}
  cpu: {{ ternary $.cpu . $less | quote }}
  {{- end }}
{{- end }}

{{/* A container's variables: the chart's, and deployment.env, which may replace them. */}}
{{- define "<< cookiecutter.project_slug >>.environment" -}}
{{- $given := (index . 0).Values.deployment.env }}
{{- $names := list }}
{{- range $given }}
{{- $names = append $names .name }}
{{- end }}
{{- $kept := list }}
{{- range index . 1 | fromYamlArray }}
{{- if not (has .name $names) }}
{{- $kept = append $kept . }}
{{- end }}
{{- end }}
{{- concat $kept $given | toYaml }}
{{- end }}

{{/* What brings a model from the registry, as a version of the service is to have it. */}}
{{- define "<< cookiecutter.project_slug >>.fetch-model" -}}
{{- $model := .model }}
{{- with .root -}}
- name: fetch-model
  {{- include "<< cookiecutter.project_slug >>.pulled" (list . (include "<< cookiecutter.project_slug >>.ci-image" .)) | nindent 2 }}
  command: [python, -m, model_runtime.registry, {{ toString $model | quote }}]
  env:
    {{- include "<< cookiecutter.project_slug >>.environment" (list . (include "<< cookiecutter.project_slug >>.fetch-environment" .)) | nindent 4 }}
  {{- include "<< cookiecutter.project_slug >>.registry-environment" . | nindent 2 }}
  securityContext:
    {{- include "<< cookiecutter.project_slug >>.container-security" . | nindent 4 }}
  resources:
    {{- include "<< cookiecutter.project_slug >>.resources" (dict "root" . "cpu" .Values.deployment.cpu "memory" "1Gi") | nindent 4 }}
  volumeMounts:
    {{- include "<< cookiecutter.project_slug >>.mounts" (list . (include "<< cookiecutter.project_slug >>.fetch-mounts" .)) | nindent 4 }}
{{- end }}
{{- end }}
