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
