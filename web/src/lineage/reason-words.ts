const words: Record<string, string> = {
  'entered by hand': 'an entry by hand counts before it',
  'cleared by hand': 'the cell is cleared by hand',
  'a script counts before documents': 'a script counts before documents',
  'older document': 'a newer document counts before it',
  'another column': 'another column of the same row counts before it',
  'earlier row': 'a later row of the same file counts before it',
};

/** Why a stored value does not count, from its own side; what the API says is about the one that does. */
export const reasonWords = (reason: string): string => words[reason] ?? reason;
