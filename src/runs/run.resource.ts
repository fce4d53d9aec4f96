import { resource } from '../resource/index.ts';
import { runStates } from './pure/state.ts';

/** Read-only: runs are made by what they are for, and moved by cancel and retry. */
export const runResource = resource({
  resource_name: 'run',
  object_class: 'run',
  help: 'Everything that takes time: ingests, exports, executions. Log, live events, cancel and retry lie below each.',
  permission: { read: 'run.read', project: 'project_id', owner: 'user_id' },
  methods: [],
  order: ['-queued_at'],
  fields: {
    id: { type: 'uuid', readonly: true },
    kind: { type: 'string', readonly: true, help: 'What it does; listed in docs/jobs.md.' },
    state: { type: 'string', readonly: true, choices: runStates },
    project_id: { type: 'uuid', nullable: true, readonly: true },
    user_id: { type: 'uuid', nullable: true, readonly: true, help: 'Who asked; null for the machinery.' },
    subject_type: { type: 'string', nullable: true, readonly: true },
    subject_id: { type: 'string', nullable: true, readonly: true },
    parent_id: { type: 'uuid', nullable: true, readonly: true },
    retry_of: { type: 'uuid', nullable: true, readonly: true },
    progress: { type: 'integer', readonly: true },
    step: { type: 'string', nullable: true, readonly: true },
    attempt: { type: 'integer', readonly: true },
    max_attempts: { type: 'integer', readonly: true },
    summary: { type: 'json', nullable: true, readonly: true },
    error: { type: 'json', nullable: true, readonly: true, help: '`{code, message, status}` of a failed run.' },
    queued_at: { type: 'datetime', readonly: true },
    started_at: { type: 'datetime', nullable: true, readonly: true },
    ended_at: { type: 'datetime', nullable: true, readonly: true },
    cancel_requested_at: { type: 'datetime', nullable: true, readonly: true },
    updated_at: { type: 'datetime', readonly: true },
  },
});
