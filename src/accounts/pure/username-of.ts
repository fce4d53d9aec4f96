/** A free username made from an e-mail address: its local part, with a number when that is taken. */
export function usernameOf(email: string, taken: ReadonlySet<string>): string {
  const stem = usernameStem(email);
  if (!taken.has(stem.toLowerCase())) return stem;
  for (let number = 2; ; number += 1) {
    const candidate = `${stem}-${number}`;
    if (!taken.has(candidate.toLowerCase())) return candidate;
  }
}

export function usernameStem(email: string): string {
  const local = email.slice(0, email.lastIndexOf('@'));
  return local.replace(/[^\p{L}\p{N}._+-]+/gu, '-').slice(0, 100) || 'user';
}
