const words: Record<string, string> = {
  ingest: 'Check and publish an upload',
  publish: 'Publish a confirmed upload',
  undo: 'Undo a revision',
  restore: 'Restore a revision',
  export: 'Prepare an export',
  flow: 'Run a flow',
  pipeline: 'One pipeline of a flow',
};

/** A run's kind for people; a kind this page does not know keeps its own name, readable. */
export const kindWords = (kind: string): string => words[kind] ?? sentence(kind.replaceAll(/[-_.:]/g, ' '));

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
