{{/* How the environment's variables of a setting begin. */}}
{{- define "prefix" -}}
<< cookiecutter.package_name | upper >>_
{{- end }}

{{/* The image's tag: the model's version. */}}
{{- define "tag" -}}
{{- .Values.image.tag | required "image.tag is missing: `make deploy` takes it from the bundle; else add --set-string image.tag=…" }}
{{- end }}

{{- define "image" -}}
{{ .Values.image.repository }}:{{ include "tag" . }}
{{- end }}

{{/* The image that fetches and trains: by default that of `make image-ci`. */}}
{{- define "ci-image" -}}
{{ .Values.deployment.ci_image | default (print .Values.image.repository "-ci:latest") }}
{{- end }}

{{/* A registry in files is lost with its pod. */}}
{{- define "check-registry" -}}
{{- if not (or .Values.registry.uri .Values.deployment.secrets.registry) }}
{{- fail "registry.uri is empty: fetching the model (serving.model) and retraining need a server" }}
{{- end }}
{{- end }}

{{/* A file of the chart that asks Prometheus, asking for this release: its job is the Service's name.
   The gauges of performance and drift, which are not scraped from it, name it otherwise. */}}
{{- define "of-release" -}}
{{- $job := printf "job=%s%s%s" .quote .root.Chart.Name .quote }}
{{- $release := printf "namespace=%s%s%s, job=%s%s%s" .quote .root.Release.Namespace .quote .quote .root.Release.Name .quote }}
{{- $default := printf "release=%sdefault/%s%s" .quote .root.Chart.Name .quote }}
{{- $measured := printf "release=%s%s/%s%s" .quote .root.Release.Namespace .root.Release.Name .quote }}
{{- .root.Files.Get .file | replace $job $release | replace $default $measured }}
{{- end }}

{{/* Labels of all that the release has, but for the component. */}}
{{- define "labels" -}}
{{ include "instance" . }}
app.kubernetes.io/version: {{ include "tag" . | trunc 63 | trimAll "-_." | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "instance" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Labels by which the others know the pods of the main version. They never change. */}}
{{- define "service-selector" -}}
{{ include "selector" (dict "root" . "component" "service") }}
{{- end }}

{{/* Likewise for any version of the service, which has a root, a component and may have a track. */}}
{{- define "selector" -}}
{{ include "instance" .root }}
app.kubernetes.io/component: {{ .component }}
{{- with .track }}
track: {{ . }}
{{- end }}
{{- end }}

{{/* All labels of a version of the service. */}}
{{- define "version-labels" -}}
{{ include "labels" .root }}
app.kubernetes.io/component: {{ .component }}
{{- with .track }}
track: {{ . }}
{{- end }}
{{- end }}

{{/* What all pods have: the restricted Pod Security standard, and no way to the cluster's API. */}}
{{- define "pod" -}}
serviceAccountName: {{ .Release.Name }}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile:
    type: RuntimeDefault
{{- with .Values.deployment.secrets.pull }}
imagePullSecrets:
  - name: {{ . }}
{{- end }}
{{- end }}

{{- define "container-security" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{/* A container's share: as much memory as it may have, and at least that share of the CPU. */}}
{{- define "resources" -}}
requests:
  cpu: {{ .cpu | quote }}
  memory: {{ .memory | quote }}
limits:
  memory: {{ .memory | quote }}
{{- end }}

{{/* Whoever speaks with the registry. */}}
{{- define "registry-environment" -}}
{{- with .Values.deployment.secrets.registry }}
envFrom:
  - secretRef:
      name: {{ . }}
{{- end }}
{{- end }}

{{/* The keys of the log, and what the collector's outputs read as ${NAME}. */}}
{{/* The variables in Secrets, by the Secrets' names. */}}
{{- define "secret-environment" -}}
{{- with without . "" }}
envFrom:
{{- range . }}
  - secretRef:
      name: {{ . }}
{{- end }}
{{- end }}
{{- end }}

{{/* The ports that the service and its collector call, by blanks: registry, sink, and what is allowed. */}}
{{- define "called-ports" -}}
{{- $deployment := .Values.deployment }}
{{- $ports := list }}
{{- if and (ne (toString .Values.serving.model) "baked") .Values.registry.uri }}
{{- $registry := urlParse .Values.registry.uri }}
{{- $named := regexFind ":[0-9]+$" $registry.host | trimPrefix ":" }}
{{- $ports = append $ports ($named | default (ternary "80" "443" (eq $registry.scheme "http"))) }}
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
{{- $ports | uniq | join " " }}
{{- end }}

{{- define "fluent-bit-port" -}}
24224
{{- end }}

{{/* A collector that starts before the service and ends after it. */}}
{{- define "fluent-bit" -}}
- name: fluent-bit
  image: {{ .Values.deployment.fluent_bit.image | quote }}
  command: [/fluent-bit/bin/fluent-bit, --config=/fluent-bit/etc/service/fluent-bit.yaml]
  restartPolicy: Always
  {{- include "secret-environment" (list .Values.deployment.secrets.log) | nindent 2 }}
  securityContext:
    {{- include "container-security" . | nindent 4 }}
  resources:
    {{- include "resources" (dict "cpu" "50m" "memory" .Values.deployment.fluent_bit.memory) | nindent 4 }}
  volumeMounts:
    - name: fluent-bit
      mountPath: /fluent-bit/etc/service
      readOnly: true
    - name: fluent-bit-state
      mountPath: /state
{{- end }}

{{- define "config-variable" -}}
- name: {{ include "prefix" . }}CONFIG
  value: /etc/{{ .Chart.Name }}/config.yaml
{{- end }}

{{- define "config-mount" -}}
- name: config
  mountPath: /etc/{{ .Chart.Name }}
  readOnly: true
{{- end }}

{{- define "config-volume" -}}
- name: config
  configMap:
    name: {{ .Release.Name }}
{{- end }}

{{/* The folder of the file with the API keys' hashes: mounted whole, so that a change of the Secret arrives. */}}
{{- define "keys-folder" -}}
/etc/{{ .Chart.Name }}-keys
{{- end }}

{{/* A file of keys that no Secret has would not be found, and the service would not start. */}}
{{- define "check-keys" -}}
{{- if and .Values.serving.api_keys.file (not .Values.deployment.secrets.api_keys) }}
{{- fail "serving.api_keys.file is set, and no Secret has it: name one in deployment.secrets.api_keys" }}
{{- end }}
{{- end }}

{{/* The chart's own client's key. */}}
{{- define "client-key" -}}
{{- with .Values.deployment.secrets.api_keys }}
- name: {{ include "prefix" $ }}API_KEY
  valueFrom:
    secretKeyRef:
      name: {{ . }}
      key: api-key
      optional: true
{{- end }}
{{- end }}

{{/* Where a fetched bundle lies: on a volume, but not as its root, which can't be renamed over. */}}
{{- define "fetched-bundle" -}}
/models/model_bin
{{- end }}

{{/* The address where people find the service. */}}
{{- define "address" -}}
{{- with .Values.deployment.ingress -}}
http{{ if or .issuer .tls_secret }}s{{ end }}://{{ .host }}{{ $.Values.serving.root_path }}
{{- end }}
{{- end }}
