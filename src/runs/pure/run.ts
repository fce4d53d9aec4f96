import type { RunState } from './state.ts';

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json | undefined };

/** What a client is told about a failure; the status is the one a waiting request answers with. */
export interface RunError {
  code: string;
  message: string;
  status: number;
  hint?: string;
  errors?: { [key: string]: string | number | undefined }[];
}

export interface Run {
  id: string;
  kind: string;
  state: RunState;
  projectId: string | null;
  userId: string | null;
  subjectType: string | null;
  subjectId: string | null;
  parentId: string | null;
  retryOf: string | null;
  progress: number;
  step: string | null;
  attempt: number;
  attemptsForgiven: number;
  maxAttempts: number;
  retryFailures: boolean;
  retryDelaySeconds: number;
  timeoutSeconds: number;
  summary: Json;
  error: RunError | null;
  logSeq: number;
  queuedAt: Date;
  startedAt: Date | null;
  endedAt: Date | null;
  cancelRequestedAt: Date | null;
  updatedAt: Date;
  serialKey: string | null;
  /** False while a pause before the next attempt lasts. */
  isDue: boolean;
}

export const logLevels = ['debug', 'info', 'warn', 'warning', 'error', 'critical'] as const;
export type LogLevel = (typeof logLevels)[number];

export interface LogLine {
  level: LogLevel;
  text: string;
  /** Microseconds since 1970; absent = the database's clock. */
  atMicros?: number;
}

/** Of one run, while the database is away. */
export const maxBufferedLines = 20_000;
