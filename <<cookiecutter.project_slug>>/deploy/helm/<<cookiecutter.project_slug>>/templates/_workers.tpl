{{/* A job whose pods are a cluster: index 0 leads and runs the command, the others work for it. All are
   alike, so that neither an operator nor a right of pods is needed. Of a dict with root, workers and
   container, and for the environment also subdomain and cpu. */}}
{{- define "<< cookiecutter.project_slug >>.workers-job" -}}
completionMode: Indexed
completions: {{ add1 .workers }}
parallelism: {{ add1 .workers }}
# A pod that ends is started anew, but for the job's own failure, which index 0 says by its code.
backoffLimitPerIndex: 3
podFailurePolicy:
  rules:
    - action: FailJob
      onExitCodes:
        containerName: {{ .container }}
        operator: In
        values: [42]
    # Of a node that is drained, say.
    - action: Ignore
      onPodConditions:
        - type: DisruptionTarget
          status: "True"
# The result is that of index 0; workers that are left by then end.
successPolicy:
  rules:
    - succeededIndexes: "0"
{{- end }}

{{- define "<< cookiecutter.project_slug >>.workers-environment" -}}
{{- $tls := .root.Values.deployment.secrets.workers }}
- name: CLUSTER_JOB
  valueFrom: {fieldRef: {fieldPath: "metadata.labels['batch.kubernetes.io/job-name']"}}
- name: CLUSTER_SCHEDULER
  value: {{ ternary "tls" "tcp" (not (empty $tls)) }}://$(CLUSTER_JOB)-0.{{ .subdomain }}:8786
- name: CLUSTER_ADDRESS
  valueFrom: {fieldRef: {fieldPath: "status.podIP"}}
- name: CLUSTER_FAILURES
  valueFrom: {fieldRef: {fieldPath: "metadata.annotations['batch.kubernetes.io/job-index-failure-count']"}}
- name: CLUSTER_WORKERS
  value: {{ .workers | quote }}
- name: CLUSTER_THREADS
  value: {{ div (add (include "<< cookiecutter.project_slug >>.millicores" .cpu) 999) 1000 | quote }}
- name: DASK_TEMPORARY_DIRECTORY
  value: /tmp
{{- if $tls }}
- name: DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION
  value: "True"
- name: DASK_DISTRIBUTED__COMM__TLS__CA_FILE
  value: /etc/workers/ca.crt
{{- range $part := list "SCHEDULER" "WORKER" "CLIENT" }}
{{- range $name, $file := dict "CERT" "tls.crt" "KEY" "tls.key" }}
- name: DASK_DISTRIBUTED__COMM__TLS__{{ $part }}__{{ $name }}
  value: /etc/workers/{{ $file }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- define "<< cookiecutter.project_slug >>.workers-mounts" -}}
{{- if .Values.deployment.secrets.workers }}
- {name: workers-tls, mountPath: /etc/workers, readOnly: true}
{{- end }}
{{- end }}

{{- define "<< cookiecutter.project_slug >>.workers-volumes" -}}
{{- with .Values.deployment.secrets.workers }}
- name: workers-tls
  secret: {secretName: {{ . | quote }}}
{{- end }}
{{- end }}

{{/* The ways into the pods of a job and out of them, by their labels and the ports that they call: they
   reach one another, scheduler, worker and the process that watches it, and nobody else reaches them. */}}
{{- define "<< cookiecutter.project_slug >>.workers-policy" -}}
{{- $ports := "ports: [{port: 8786}, {port: 8788}, {port: 8789}]" -}}
{{- $peers := list (dict "podSelector" (dict "matchLabels" (index . 0))) -}}
ingress:
  - from:
      {{- toYaml $peers | nindent 6 }}
    {{ $ports }}
egress:
  {{- include "<< cookiecutter.project_slug >>.egress-rules" (index . 1) | nindent 2 }}
  - to:
      {{- toYaml $peers | nindent 6 }}
    {{ $ports }}
{{- end }}

{{/* The name by which they find index 0, before it is ready: a job's pods never are. */}}
{{- define "<< cookiecutter.project_slug >>.workers-service" -}}
clusterIP: None
publishNotReadyAddresses: true
selector:
  {{- toYaml . | nindent 2 }}
ports:
  - name: scheduler
    port: 8786
{{- end }}

{{- define "<< cookiecutter.project_slug >>.retrain-pods" -}}
{{ include "<< cookiecutter.project_slug >>.instance" . }}
app.kubernetes.io/component: retrain
{{- end }}
