import type { DocumentState } from '../api/documents.ts';

export const stateWords: Record<DocumentState, { label: string; color: string }> = {
  received: { label: 'being read', color: 'gray' },
  mapping: { label: 'codes to map', color: 'grain' },
  processed: { label: 'counts', color: 'leaf' },
  undone: { label: 'taken back', color: 'gray' },
  failed: { label: 'not readable', color: 'red' },
};
