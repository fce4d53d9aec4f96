export { type Acting, type AuditEntry, recordAudit } from './record-audit.ts';
export { sealAudit } from './seal-audit.ts';
export { type AuditCheck, verifyAudit } from './verify-audit.ts';
