{{/* How the environment's variables of a setting begin. */}}
{{- define "<< cookiecutter.project_slug >>.prefix" -}}
<< cookiecutter.package_name | upper >>_
{{- end }}

{{/* The name of the release's objects; of a subchart also the chart's, or the alias that its parent gave it.
   53 characters at most, so that 10 more may follow. Names of templates are those of all charts of a
   release, and so begin with the project's. */}}
{{- define "<< cookiecutter.project_slug >>.fullname" -}}
{{- $name := ternary (print .Release.Name "-" .Chart.Name) .Release.Name (contains "/charts/" .Template.BasePath) }}
{{- include "<< cookiecutter.project_slug >>.cut" (list $name 53) }}
{{- end }}

{{/* A name in so many characters; one that is longer ends with its hash, and so stays apart from others. */}}
{{- define "<< cookiecutter.project_slug >>.cut" -}}
{{- $name := index . 0 }}{{ $most := index . 1 }}
{{- if le (len $name) $most }}{{ $name }}
{{- else }}{{ $name | trunc (int (sub $most 9)) | trimSuffix "-" }}-{{ sha256sum $name | trunc 8 }}
{{- end }}
{{- end }}

{{/* The image's tag, which says the model's version and the commit; of one that is known by its digest
   alone, the digest's beginning. */}}
{{- define "<< cookiecutter.project_slug >>.tag" -}}
{{- $digest := .Values.image.digest | replace ":" "-" | trunc 19 }}
{{- .Values.image.tag | default $digest | required "image.tag is missing: `make deploy` takes it from the bundle; else add --set-string image.tag=…" }}
{{- end }}

{{/* The image that fetches and trains, by default that of `make image-ci` of the commit in the tag. */}}
{{- define "<< cookiecutter.project_slug >>.ci-image" -}}
{{- $commit := regexFind "-[0-9a-f]{12}(-dirty)?$" (include "<< cookiecutter.project_slug >>.tag" .) }}
{{- $made := empty $commit | ternary "" (print .Values.image.repository "-ci:" (trimPrefix "-" $commit)) }}
{{- .Values.deployment.ci_image | default $made | required "deployment.ci_image is missing, which fetches the model (serving.model) and retrains, and image.tag names no commit: add --set-string deployment.ci_image=…" }}
{{- end }}

{{/* An image, and when it is pulled. */}}
{{- define "<< cookiecutter.project_slug >>.pulled" -}}
image: {{ index . 1 | quote }}
{{- with (index . 0).Values.deployment.pull_policy }}
imagePullPolicy: {{ . | quote }}
{{- end }}
{{- end }}

{{/* A registry in files is lost with its pod. */}}
{{- define "<< cookiecutter.project_slug >>.check-registry" -}}
{{- if not (or .Values.registry.uri .Values.deployment.secrets.registry) }}
{{- fail "registry.uri is empty: fetching the model (serving.model) and retraining need a server" }}
{{- end }}
{{- end }}

{{/* A file of the chart that asks Prometheus, asking for a version: its job is its Service's name.
   The gauges of performance and drift, which are not scraped from it, name it otherwise. */}}
{{- define "<< cookiecutter.project_slug >>.of-release" -}}
{{- $job := printf "job=%s%s%s" .quote "<< cookiecutter.project_slug >>" .quote }}
{{- $release := printf "namespace=%s%s%s, job=%s%s%s" .quote .root.Release.Namespace .quote .quote .name .quote }}
{{- $default := printf "release=%sdefault/%s%s" .quote "<< cookiecutter.project_slug >>" .quote }}
{{- $measured := printf "release=%s%s/%s%s" .quote .root.Release.Namespace .name .quote }}
{{- .root.Files.Get .file | replace $job $release | replace $default $measured }}
{{- end }}

{{/* A text as a label's value. */}}
{{- define "<< cookiecutter.project_slug >>.label" -}}
{{ . | trunc 63 | trimAll "-_." }}
{{- end }}

{{/* Labels of all that the release has, but for the component. */}}
{{- define "<< cookiecutter.project_slug >>.labels" -}}
{{ include "<< cookiecutter.project_slug >>.instance" . }}
app.kubernetes.io/version: {{ include "<< cookiecutter.project_slug >>.label" (include "<< cookiecutter.project_slug >>.tag" .) | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ print .Chart.Name "-" .Chart.Version | replace "+" "_" | trunc 63 | trimAll "-_." }}
{{- with .Values.deployment.labels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "<< cookiecutter.project_slug >>.instance" -}}
app.kubernetes.io/name: {{ .Chart.Name | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{/* Whoever speaks with the registry. */}}
{{- define "<< cookiecutter.project_slug >>.registry-environment" -}}
{{- with .Values.deployment.secrets.registry }}
envFrom:
  - secretRef:
      name: {{ . | quote }}
{{- end }}
{{- end }}

{{/* The variables in Secrets, by the Secrets' names. */}}
{{- define "<< cookiecutter.project_slug >>.secret-environment" -}}
{{- with without . "" }}
envFrom:
{{- range . }}
  - secretRef:
      name: {{ . | quote }}
{{- end }}
{{- end }}
{{- end }}

{{- define "<< cookiecutter.project_slug >>.fluent-bit-port" -}}
24224
{{- end }}

{{/* A collector that starts before the service and ends after it. */}}
{{- define "<< cookiecutter.project_slug >>.fluent-bit" -}}
- name: fluent-bit
  {{- include "<< cookiecutter.project_slug >>.pulled" (list . .Values.deployment.fluent_bit.image) | nindent 2 }}
  command: [/fluent-bit/bin/fluent-bit, --config=/fluent-bit/etc/service/fluent-bit.yaml]
  restartPolicy: Always
  {{- include "<< cookiecutter.project_slug >>.secret-environment" (list .Values.deployment.secrets.log) | nindent 2 }}
  securityContext:
    {{- include "<< cookiecutter.project_slug >>.container-security" . | nindent 4 }}
  resources:
    {{- include "<< cookiecutter.project_slug >>.resources" (dict "root" $ "cpu" "50m" "memory" .Values.deployment.fluent_bit.memory) | nindent 4 }}
  volumeMounts:
    - name: fluent-bit
      mountPath: /fluent-bit/etc/service
      readOnly: true
    - name: fluent-bit-state
      mountPath: /state
{{- end }}

{{/* The folder of the file with the API keys' hashes: mounted whole, so that a change of the Secret arrives. */}}
{{- define "<< cookiecutter.project_slug >>.keys-folder" -}}
/etc/{{ .Chart.Name }}-keys
{{- end }}

{{/* A file of keys that no Secret has would not be found, and the service would not start. */}}
{{- define "<< cookiecutter.project_slug >>.check-keys" -}}
{{- if and .Values.serving.api_keys.file (not .Values.deployment.secrets.api_keys) }}
{{- fail "serving.api_keys.file is set, and no Secret has it: name one in deployment.secrets.api_keys" }}
{{- end }}
{{- end }}

{{/* The chart's own client's key. */}}
{{- define "<< cookiecutter.project_slug >>.client-key" -}}
{{- with .Values.deployment.secrets.api_keys }}
- name: {{ include "<< cookiecutter.project_slug >>.prefix" $ }}API_KEY
  valueFrom:
    secretKeyRef:
      name: {{ . | quote }}
      key: api-key
      optional: true
{{- end }}
{{- end }}

{{/* Where a fetched bundle lies: on a volume, but not as its root, which can't be renamed over. */}}
{{- define "<< cookiecutter.project_slug >>.fetched-bundle" -}}
/models/model_bin
{{- end }}

{{/* The path of the ways in, without a slash at its end: it may have the release's name. */}}
{{- define "<< cookiecutter.project_slug >>.path" -}}
{{ .Values.deployment.path | default .Values.serving.root_path | replace "{release}" (include "<< cookiecutter.project_slug >>.fullname" .) | trimSuffix "/" }}
{{- end }}

{{/* The addresses where people find the service, as a list in JSON; a name in <> is not known here. */}}
{{- define "<< cookiecutter.project_slug >>.addresses" -}}
{{- $ingress := .Values.deployment.ingress }}
{{- $gateway := .Values.deployment.gateway }}
{{- $found := list }}
{{- with $ingress.host }}
{{- $host := eq . "*" | ternary "<the ingress>" (replace "*" "<any>" .) }}
{{- $found = append $found (print "http" (or $ingress.issuer $ingress.tls_secret | empty | ternary "" "s") "://" $host) }}
{{- end }}
{{- if $gateway.name }}
{{- range $gateway.hosts | default (list "<the gateway>") }}
{{- $found = append $found (print "http(s)://" (replace "*" "<any>" .)) }}
{{- end }}
{{- end }}
{{- $path := include "<< cookiecutter.project_slug >>.path" . }}
{{- $addresses := list }}
{{- range $found }}
{{- $addresses = append $addresses (print . $path) }}
{{- end }}
{{- toJson $addresses }}
{{- end }}
