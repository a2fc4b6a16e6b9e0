{{/* The Deployment of a version of the service, one of "versions", of a root. Of the main one, the
   autoscaler alone says how many pods it has: a number here would take back, with each deployment and each
   rollback, what the autoscaler has done since. */}}
{{- define "<< cookiecutter.project_slug >>.deployment" -}}
{{- $version := .version }}
{{- $root := .root }}
{{- with $root }}
{{- $deployment := .Values.deployment }}
{{- $fetch := include "<< cookiecutter.project_slug >>.fetches" . }}
{{- $collects := .Values.deployment.fluent_bit.outputs }}
{{- if and (eq .Values.log.predictions "file") (not $collects) }}
{{- include "<< cookiecutter.project_slug >>.check-log-file" . }}
{{- end }}
{{- $drain := .Values.serving.drain_seconds }}
{{- include "<< cookiecutter.project_slug >>.check-keys" . -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ $version.name | quote }}
  labels:
    {{- toYaml $version.labels | nindent 4 }}
spec:
  {{- with $version.replicas }}
  replicas: {{ . }}
  {{- end }}
  strategy:
    type: RollingUpdate
    rollingUpdate:
      maxUnavailable: 0
      maxSurge: 1
  selector:
    matchLabels:
      {{- toYaml $version.selector | nindent 6 }}
  template:
    metadata:
      labels:
        {{- toYaml $version.labels | nindent 8 }}
      annotations:
        {{- with $deployment.pod_annotations }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
        checksum/config: {{ include "<< cookiecutter.project_slug >>.served" . | sha256sum }}
        {{- if $collects }}
        checksum/fluent-bit: {{ include (print .Template.BasePath "/fluent-bit.yaml") . | sha256sum }}
        {{- end }}
    spec:
      {{- include "<< cookiecutter.project_slug >>.pod" . | nindent 6 }}
      # A pod that ends first waits until nodes send it no new connection (preStop), answers as
      # long again and asks clients to connect anew, and then ends what is left.
      terminationGracePeriodSeconds: {{ add $drain $drain .Values.serving.shutdown_seconds 5 (ternary 5 0 (not (empty $collects))) }}
      topologySpreadConstraints:
        {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
        - topologyKey: {{ . }}
          maxSkew: 1
          whenUnsatisfiable: ScheduleAnyway
          matchLabelKeys: [pod-template-hash]
          labelSelector:
            matchLabels:
              {{- toYaml $version.selector | nindent 14 }}
        {{- end }}
      {{- if or $fetch $collects }}
      initContainers:
        {{- if $collects }}
        {{- include "<< cookiecutter.project_slug >>.fluent-bit" . | nindent 8 }}
        {{- end }}
        {{- if $fetch }}
        {{- include "<< cookiecutter.project_slug >>.check-registry" . }}
        {{- include "<< cookiecutter.project_slug >>.fetch-model" (dict "root" $root "model" $version.model) | nindent 8 }}
        {{- end }}
      {{- end }}
      containers:
        - name: service
          {{- include "<< cookiecutter.project_slug >>.pulled" (list . $version.image) | nindent 10 }}
          env:
            {{- include "<< cookiecutter.project_slug >>.environment" (list . (include "<< cookiecutter.project_slug >>.service-environment" .)) | nindent 12 }}
          {{- include "<< cookiecutter.project_slug >>.secret-environment" (list $deployment.secrets.log $deployment.secrets.telemetry) | nindent 10 }}
          ports:
            - name: http
              containerPort: {{ .Values.serving.port }}
          # A process is alive before its model is loaded; a refused bundle leaves it so, and not ready.
          startupProbe:
            httpGet:
              path: /livez
              port: http
            periodSeconds: 2
            failureThreshold: 60
          readinessProbe:
            httpGet:
              path: /readyz
              port: http
            periodSeconds: 5
            timeoutSeconds: 2
          livenessProbe:
            httpGet:
              path: /livez
              port: http
            periodSeconds: 10
            timeoutSeconds: 5
          {{- with $drain }}
          lifecycle:
            preStop:
              sleep:
                seconds: {{ . }}
          {{- end }}
          securityContext:
            {{- include "<< cookiecutter.project_slug >>.container-security" . | nindent 12 }}
          resources:
            {{- include "<< cookiecutter.project_slug >>.resources" (dict "root" $root "cpu" $deployment.cpu "memory" $deployment.memory) | nindent 12 }}
          volumeMounts:
            {{- include "<< cookiecutter.project_slug >>.mounts" (list . (include "<< cookiecutter.project_slug >>.service-mounts" .)) | nindent 12 }}
      volumes:
        {{- include "<< cookiecutter.project_slug >>.config-volume" (include "<< cookiecutter.project_slug >>.fullname" .) | nindent 8 }}
        {{- include "<< cookiecutter.project_slug >>.given-volumes" . | nindent 8 }}
        - name: tmp
          emptyDir:
            sizeLimit: 1Gi
        {{- with $deployment.secrets.api_keys }}
        - name: keys
          secret:
            secretName: {{ . | quote }}
            defaultMode: 0440
            items:
              - key: keys
                path: keys
        {{- end }}
        {{- if $fetch }}
        - name: models
          emptyDir: {}
        {{- end }}
        {{- if $collects }}
        - name: fluent-bit
          configMap:
            name: {{ include "<< cookiecutter.project_slug >>.fullname" . }}-fluent-bit
        - name: fluent-bit-state
          emptyDir:
            sizeLimit: 1Gi
        {{- end }}
{{- end }}
{{- end }}
