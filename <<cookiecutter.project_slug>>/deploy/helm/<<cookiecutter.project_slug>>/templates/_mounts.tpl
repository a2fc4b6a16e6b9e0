{{- define "<< cookiecutter.project_slug >>.config-mount" -}}
- name: config
  mountPath: /etc/{{ .Chart.Name }}
  readOnly: true
{{- end }}

{{/* The volume of a ConfigMap with settings, by its name. */}}
{{- define "<< cookiecutter.project_slug >>.config-volume" -}}
- name: config
  configMap:
    name: {{ . | quote }}
{{- end }}

{{- define "<< cookiecutter.project_slug >>.given-volumes" -}}
{{- range .Values.deployment.volumes }}
- {{ omit . "mount_path" "sub_path" "read_only" | toYaml | nindent 2 | trim }}
{{- end }}
{{- end }}

{{/* A container's mounts: the chart's, and those of deployment.volumes beside them. One in the place of
   another, above one of the chart's, or in one that is read-only, the API or the node would refuse. */}}
{{- define "<< cookiecutter.project_slug >>.mounts" -}}
{{- $mounts := index . 1 | fromYamlArray }}
{{- $own := prepend $mounts (dict "mountPath" "/app") }}
{{- range $volume := (index . 0).Values.deployment.volumes }}
{{- $path := clean .mount_path }}
{{- range $own }}
{{- $above := hasPrefix (print (trimSuffix "/" $path) "/") (print .mountPath "/") }}
{{- if or $above (and .readOnly (hasPrefix (print .mountPath "/") $path)) }}
{{- fail (printf "deployment.volumes: %s can't be mounted at %s, for the chart's pods have %s; take another mount_path" $volume.name $volume.mount_path .mountPath) }}
{{- end }}
{{- end }}
{{- range $mounts }}
{{- if eq $path (clean .mountPath) }}
{{- fail (printf "deployment.volumes: %s and %s are mounted at one place, %s; take another mount_path" .name $volume.name $path) }}
{{- end }}
{{- end }}
{{- $mount := dict "name" .name "mountPath" .mount_path "readOnly" (ne (toString .read_only) "false") }}
{{- $mounts = append $mounts (merge $mount (ternary (dict "subPath" .sub_path) dict (not (empty .sub_path)))) }}
{{- end }}
{{- toYaml $mounts }}
{{- end }}

{{- define "<< cookiecutter.project_slug >>.service-mounts" -}}
{{- include "<< cookiecutter.project_slug >>.config-mount" . }}
- name: tmp
  mountPath: /tmp
{{- if .Values.deployment.secrets.api_keys }}
- name: keys
  mountPath: {{ include "<< cookiecutter.project_slug >>.keys-folder" . }}
  readOnly: true
{{- end }}
{{- if include "<< cookiecutter.project_slug >>.fetches" . }}
- name: models
  mountPath: {{ include "<< cookiecutter.project_slug >>.fetched-bundle" . | dir }}
  readOnly: true
{{- end }}
{{- end }}

{{- define "<< cookiecutter.project_slug >>.fetch-mounts" -}}
{{- include "<< cookiecutter.project_slug >>.config-mount" . }}
- name: tmp
  mountPath: /tmp
- name: models
  mountPath: {{ include "<< cookiecutter.project_slug >>.fetched-bundle" . | dir }}
{{- end }}

{{- define "<< cookiecutter.project_slug >>.retrain-mounts" -}}
{{- include "<< cookiecutter.project_slug >>.config-mount" . }}
- name: tmp
  mountPath: /tmp
- name: work
  mountPath: /retrain
- name: data
  mountPath: /app/data
{{- end }}

{{/* A log of predictions that a pod can't write would lose them, and one that fills /tmp have it evicted.
   The mount that a path lies in is the longest above it. */}}
{{- define "<< cookiecutter.project_slug >>.check-log-file" -}}
{{- $file := .Values.log.file }}
{{- $path := clean (ternary $file.path (print "/app/" $file.path) (hasPrefix "/" $file.path)) }}
{{- $found := dict "mount_path" "/" }}
{{- range prepend .Values.deployment.volumes (dict "mount_path" "/tmp" "read_only" false) }}
{{- $mount := clean .mount_path }}
{{- if and (hasPrefix (print $mount "/") $path) (gt (len $mount) (len (clean $found.mount_path))) }}
{{- $found = . }}
{{- end }}
{{- end }}
{{- if ne (toString $found.read_only) "false" }}
{{- fail (printf "log.predictions is 'file', and a pod can't write %s: set log.file.path to a file below /tmp or a volume of deployment.volumes with read_only: false, or log.predictions to stdout or forward" $path) }}
{{- end }}
{{- $most := mul (int64 $file.max_mb) (add1 (int64 $file.keep)) }}
{{- if and (eq $found.mount_path "/tmp") (gt $most 900) }}
{{- fail (printf "log.file: with max_mb %d and keep %d it grows to %d MiB, and /tmp in a pod holds 1024, in which 900 are for it: lower them, or set log.file.path to a file below a volume of deployment.volumes with read_only: false" (int64 $file.max_mb) (int64 $file.keep) $most) }}
{{- end }}
{{- end }}
