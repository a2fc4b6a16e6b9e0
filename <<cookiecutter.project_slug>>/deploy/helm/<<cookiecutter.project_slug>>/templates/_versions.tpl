{{/* The versions of the service as a list in JSON, the main one first: for each the name of its objects,
   the labels that its pods are known by (they never change) and all of them, image and model, weight, its
   per cent of the requests, and a canary's replicas. */}}
{{- define "<< cookiecutter.project_slug >>.versions" -}}
{{- $deployment := .Values.deployment }}
{{- $image := dict "tag" (include "<< cookiecutter.project_slug >>.tag" .) "digest" .Values.image.digest }}
{{- $main := dict "name" (include "<< cookiecutter.project_slug >>.fullname" .) "component" "service" "model" .Values.serving.model }}
{{- $main = merge $main (dict "weight" 100) $image }}
{{- $versions := list $main }}
{{- range $name, $canary := $deployment.canaries }}
{{- include "<< cookiecutter.project_slug >>.check-canary" (dict "root" $ "name" $name "canary" $canary) }}
{{- $version := dict "name" (print $main.name "-" $name) "component" "canary" "track" $name }}
{{- $version = merge $version $canary (ternary $image dict (empty $canary.tag)) }}
{{- $versions = append $versions (merge $version (dict "model" $main.model "replicas" 1 "weight" 0)) }}
{{- $_ := set $main "weight" (sub $main.weight ($canary.weight | default 0)) }}
{{- end }}
{{- include "<< cookiecutter.project_slug >>.check-weights" (dict "root" . "versions" $versions) }}
{{- range $versions }}
{{- $selector := merge (pick . "track") (dict "app.kubernetes.io/component" .component) (include "<< cookiecutter.project_slug >>.instance" $ | fromYaml) }}
{{- $version := dict "app.kubernetes.io/version" (include "<< cookiecutter.project_slug >>.label" .tag) }}
{{- $_ := set . "labels" (merge $version $selector (include "<< cookiecutter.project_slug >>.labels" $ | fromYaml)) }}
{{- $_ := set . "selector" $selector }}
{{- $_ := set . "image" (include "<< cookiecutter.project_slug >>.reference" (dict "repository" $.Values.image.repository "tag" .tag "digest" .digest)) }}
{{- end }}
{{- toJson $versions }}
{{- end }}

{{/* An image by its digest where it is known, else by its tag. */}}
{{- define "<< cookiecutter.project_slug >>.reference" -}}
{{ .repository }}{{ with .digest }}@{{ . }}{{ else }}:{{ .tag }}{{ end }}
{{- end }}

{{- define "<< cookiecutter.project_slug >>.check-canary" -}}
{{- $key := print "deployment.canaries." .name }}
{{- if .canary.model }}
{{- if eq (toString .root.Values.serving.model) "baked" }}
{{- fail (printf "%s.model is set, and serving.model is baked: an image that has its model is another version by its tag only" $key) }}
{{- end }}
{{- else if not .canary.tag }}
{{- fail (printf "%s.tag is missing: it is the version that runs beside the main one" $key) }}
{{- end }}
{{- if and .canary.digest (not .canary.tag) }}
{{- fail (printf "%s.digest is set and its tag is missing, which says the version" $key) }}
{{- end }}
{{- end }}

{{/* Weights that somebody keeps to. */}}
{{- define "<< cookiecutter.project_slug >>.check-weights" -}}
{{- $deployment := .root.Values.deployment }}
{{- $shared := list }}
{{- range rest .versions }}
{{- if .weight }}
{{- $shared = append $shared .track }}
{{- end }}
{{- end }}
{{- $names := join ", " $shared }}
{{- if lt (int (first .versions).weight) 0 }}
{{- fail (printf "deployment.canaries: the weights of %s are more than 100 together; they are per cent, and the main version has the rest" $names) }}
{{- end }}
{{- if and $shared (not $deployment.ingress.host) (not $deployment.gateway.name) }}
{{- fail (printf "deployment.canaries: %s can have no weight without a way in that shares requests out: set deployment.gateway.name or deployment.ingress.host, or the weight to 0 and ask it by its own Service" $names) }}
{{- end }}
{{- if and $deployment.gateway.name (gt (len .versions) 16) }}
{{- fail (printf "deployment.canaries: there are %d, and a route of deployment.gateway takes 15 beside the main version; remove what is not needed" (len (rest .versions))) }}
{{- end }}
{{- if and $deployment.ingress.host (gt (len $shared) 1) }}
{{- fail (printf "deployment.canaries: %s have weights, and an ingress (deployment.ingress.host) shares requests out between the main version and one other; set all but one to 0, or use deployment.gateway alone" $names) }}
{{- end }}
{{- end }}

{{/* Labels of Services and pods of all versions. */}}
{{- define "<< cookiecutter.project_slug >>.any-version" -}}
matchLabels:
  {{- include "<< cookiecutter.project_slug >>.instance" . | nindent 2 }}
matchExpressions:
  - key: app.kubernetes.io/component
    operator: In
    values: [service, canary]
{{- end }}
