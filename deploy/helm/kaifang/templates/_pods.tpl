{{/* The image of a version: by digest where one is given, else by the tag that is asked for, else by the chart's version. */}}
{{- define "kaifang.image" -}}
{{- if .tag -}}
{{ .root.Values.image.repository }}:{{ .tag }}
{{- else if .root.Values.image.digest -}}
{{ .root.Values.image.repository }}@{{ .root.Values.image.digest }}
{{- else -}}
{{ .root.Values.image.repository }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{- define "kaifang.labels" -}}
app.kubernetes.io/name: kaifang
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{/* What all of our programs are told. */}}
{{- define "kaifang.environment" -}}
- {name: KAIFANG_HOME, value: /var/lib/kaifang}
- {name: KAIFANG_TASK_QUEUE, value: {{ .Values.temporal.taskQueue | quote }}}
- {name: KAIFANG_KEYS_FOLDER, value: /var/lib/kaifang-keys}
- {name: KAIFANG_METRICS_TOKEN_FILE, value: /etc/kaifang/metrics-token}
- {name: TEMPORAL_ADDRESS, value: {{ .Values.temporal.address | quote }}}
- {name: TEMPORAL_NAMESPACE, value: {{ .Values.temporal.namespace | quote }}}
{{- if .Values.temporal.tls.existingSecret }}
- {name: TEMPORAL_TLS, value: "true"}
- {name: TEMPORAL_TLS_SERVER_CA_CERT_PATH, value: /etc/kaifang-temporal/ca.pem}
- {name: TEMPORAL_TLS_CLIENT_CERT_PATH, value: /etc/kaifang-temporal/client.pem}
- {name: TEMPORAL_TLS_CLIENT_KEY_PATH, value: /etc/kaifang-temporal/client.key}
{{- with .Values.temporal.tls.serverName }}
- {name: TEMPORAL_TLS_SERVER_NAME, value: {{ . | quote }}}
{{- end }}
{{- end }}
- name: KAIFANG_DATABASE_URL
  valueFrom: {secretKeyRef: {name: {{ .Values.database.existingSecret }}, key: url}}
- name: KAIFANG_ENGINE_KEY
  valueFrom: {secretKeyRef: {name: {{ .Values.sealing.existingSecret }}, key: keys}}
- name: KAIFANG_MAIL_URL
  valueFrom: {secretKeyRef: {name: {{ .Values.sealing.existingSecret }}, key: mail-url, optional: true}}
{{- range $name, $value := .Values.settings }}
{{- if not (eq (toString $value) "") }}
- {name: {{ $name }}, value: {{ $value | quote }}}
{{- end }}
{{- end }}
{{- end -}}

{{- define "kaifang.reader" -}}
- name: KAIFANG_DATABASE_READER_URL
  valueFrom: {secretKeyRef: {name: {{ .Values.database.existingSecret }}, key: reader-url}}
- name: KAIFANG_READING_URL
  valueFrom: {secretKeyRef: {name: {{ .Values.database.existingSecret }}, key: reading-url, optional: true}}
{{- end -}}

{{- define "kaifang.s3" -}}
{{- with .Values.evidence.s3Secret }}
envFrom:
  - secretRef: {name: {{ . }}}
{{- end }}
{{- end -}}

{{- define "kaifang.mounts" -}}
- {name: home, mountPath: /var/lib/kaifang}
- {name: tmp, mountPath: /tmp}
- {name: keys, mountPath: /var/lib/kaifang-keys}
- {name: files, mountPath: /etc/kaifang, readOnly: true}
{{- if .Values.temporal.tls.existingSecret }}
- {name: temporal, mountPath: /etc/kaifang-temporal, readOnly: true}
{{- end }}
{{- if .Values.evidence.existingClaim }}
- {name: evidence, mountPath: /var/lib/kaifang/evidence}
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Where API and pages keep what they have answered: each pod in a folder of its own, which outlasts it. */}}
{{- define "kaifang.receipts.environment" -}}
{{- if .Values.receipts.existingClaim }}
- name: POD_NAME
  valueFrom: {fieldRef: {fieldPath: metadata.name}}
{{- end }}
{{- end -}}

{{- define "kaifang.receipts.mount" -}}
{{- if .Values.receipts.existingClaim }}
- {name: receipts, mountPath: /var/lib/kaifang/receipts, subPathExpr: $(POD_NAME)}
{{- end }}
{{- end -}}

{{- define "kaifang.receipts.volume" -}}
{{- with .Values.receipts.existingClaim }}
- {name: receipts, persistentVolumeClaim: {claimName: {{ . }}}}
{{- end }}
{{- end -}}

{{- define "kaifang.volumes" -}}
- {name: home, emptyDir: {}}
- {name: tmp, emptyDir: {}}
- {name: keys, persistentVolumeClaim: {claimName: {{ .Values.keys.existingClaim }}}}
- {name: files, secret: {secretName: {{ .Values.files.existingSecret }}, defaultMode: 0440}}
{{- with .Values.temporal.tls.existingSecret }}
- {name: temporal, secret: {secretName: {{ . }}, defaultMode: 0440}}
{{- end }}
{{- with .Values.evidence.existingClaim }}
- {name: evidence, persistentVolumeClaim: {claimName: {{ . }}}}
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* As whom a pod runs, and what it may do to its node: nothing. */}}
{{- define "kaifang.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: {type: RuntimeDefault}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
{{- range . }}
  - {name: {{ . }}}
{{- end }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{ toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "kaifang.confined" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end -}}

{{- define "kaifang.spread" -}}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector: {matchLabels: {{ include "kaifang.labels" . | fromYaml | toJson }}}
{{- end -}}
