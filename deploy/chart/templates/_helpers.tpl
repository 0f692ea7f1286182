{{/* What the processes are, from deploy/processes.toml. */}}
{{- define "komek.description" -}}
{{- .Files.Get "files/processes.json" -}}
{{- end -}}

{{- define "komek.fullname" -}}
{{- if contains "komek" .Release.Name -}}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{- else -}}{{ printf "%s-komek" .Release.Name | trunc 50 | trimSuffix "-" }}{{- end -}}
{{- end -}}

{{/* Arguments: root, name (of the process). */}}
{{- define "komek.selector" -}}
app.kubernetes.io/name: komek
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .name }}
{{- end -}}

{{- define "komek.labels" -}}
{{ include "komek.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end -}}

{{- define "komek.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}{{ .repository }}@{{ .digest }}{{- else -}}{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}{{- end -}}
{{- end -}}
{{- end -}}

{{- define "komek.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ .user }}
runAsGroup: {{ .user }}
fsGroup: {{ .user }}
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "komek.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: ["ALL"]
{{- end -}}

{{/* The environment of a process: who it is, what it was told, where its secrets are. Arguments: root, image, process, chosen. */}}
{{- define "komek.environment" -}}
{{- $root := .root -}}
{{- if .process.isClient -}}
- name: KOMEK_HOST
  value: {{ printf "%s-api" (include "komek.fullname" $root) | quote }}
- name: KOMEK_PORT
  value: "80"
{{- else -}}
- name: KOMEK_KAFKA
  value: {{ $root.Values.kafka.bootstrapServers | quote }}
- name: KOMEK_KAFKA_SECURITY
  value: {{ $root.Values.kafka.security | quote }}
{{- if eq $root.Values.kafka.security "SASL_SSL" }}
- name: KOMEK_KAFKA_MECHANISM
  value: {{ $root.Values.kafka.mechanism | quote }}
{{- end }}
- name: KOMEK_REDIS
  value: {{ $root.Values.redis.url | quote }}
{{- end }}
{{- range $name, $value := .process.environment }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- range $name := .process.settings }}
{{- if hasKey $root.Values.settings $name }}
- name: {{ $name }}
  value: {{ get $root.Values.settings $name | quote }}
{{- end }}
{{- end }}
{{- $image := .image }}
{{- range $name, $file := .process.secrets }}
{{- $left := or (and (eq $file "redis-ca") (not $root.Values.redis.hasCa)) (and (eq $file "redis-sentinel-password") (not $root.Values.redis.hasSentinels)) }}
{{- if not $left }}
- name: {{ $name }}
  value: {{ printf "%s/%s" $image.secrets $file | quote }}
{{- end }}
{{- end }}
{{- $chosen := .chosen.optionalSecrets }}
{{- range $name, $file := .process.optionalSecrets }}
{{- if has $file $chosen }}
- name: {{ $name }}
  value: {{ printf "%s/%s" $image.secrets $file | quote }}
{{- end }}
{{- end }}
{{- end -}}
