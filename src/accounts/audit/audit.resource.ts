import { sealAudit } from '../../platform/audit/index.ts';
import type { Context } from '../../platform/context.ts';
import { sql } from '../../platform/db/index.ts';
import { type ResourceDeclaration, resource } from '../../resource/index.ts';
import { findUserId } from '../users/store.ts';

/** Contract data-api §11. Added to by everything that changes something, and by nothing else. */
export function auditResource(context: Context): ResourceDeclaration {
  return resource({
    resource_name: 'audit',
    object_class: 'audit_log',
    help: 'Who did what, when and to what. Chained: each hash is of the entry and the hash before it.',
    primary_key: 'seq',
    fields: {
      seq: { type: 'integer', sql_type: 'bigint' },
      time: { type: 'datetime' },
      actor: { type: 'string', nullable: true, help: 'A user; in filters also by number, name or e-mail address.' },
      actor_name: {
        type: 'string',
        nullable: true,
        expression: '(select u.username from "user" u where u.id::text = {t}.actor)',
      },
      on_behalf_of: { type: 'string', nullable: true, help: 'The user for whom a program acted.' },
      ip: { type: 'string', nullable: true },
      action: { type: 'string', help: 'As location.update.' },
      project_id: { type: 'uuid', nullable: true },
      dataset_id: { type: 'uuid', nullable: true },
      object: { type: 'string', help: 'As location/7.' },
      before: { type: 'dict', nullable: true, help: 'Of a change, the fields that differ.' },
      after: { type: 'dict', nullable: true },
      run: { type: 'uuid', nullable: true },
      note: { type: 'string', nullable: true, help: 'The header X-Action-Note of the request.' },
      prev_hash: { type: 'string' },
      hash: { type: 'string' },
    },
    order: ['-seq'],
    permission: { read: 'audit.read', project: 'project_id' },
    parameters: {
      from: { type: 'datetime', help: 'Of this instant and later.' },
      to: { type: 'datetime', help: 'Before this instant.' },
    },
    hooks: {
      given: async (sent, db) => {
        if (typeof sent.actor !== 'string' || sent.actor.startsWith('client:')) return sent;
        const found = await findUserId(db, sent.actor.trim());
        return found === undefined ? sent : { ...sent, actor: found.id };
      },
      select: async (query, { from, to }) => {
        // In a transaction of its own: what is listed was committed before.
        await sealAudit(context.db);
        if (from !== undefined) query.where(sql`${query.column('time')} >= ${from}::timestamptz`);
        if (to !== undefined) query.where(sql`${query.column('time')} < ${to}::timestamptz`);
      },
    },
  });
}
