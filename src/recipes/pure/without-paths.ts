/** What a reader says of a file, without where the server keeps it: paths in quotes, which may have blanks, and bare ones. */
export function withoutPaths(message: string): string {
  return message
    .replace(/ ?(["'])(?:[A-Za-z]:)?[\\/](?:(?!\1).)*\1/g, '')
    .replace(/ ?(?:[A-Za-z]:)?(?:[\\/][\w@%+~.-]+){2,}[\\/]?/g, '');
}
