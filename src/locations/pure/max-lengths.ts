/** Characters of what places and their types are looked up by; of aliases, of each. */
export const maxPlaceLengths = { code: 200, name: 500, type: 200, aliases: 500 } as const;
