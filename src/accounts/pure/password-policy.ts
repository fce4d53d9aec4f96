/** The first thing a password lacks, in the contract's words (scripts §4.5); undefined when it will do. */
export function passwordProblem(password: string, policy: 'strict' | 'basic'): string | undefined {
  const minimum = policy === 'strict' ? 12 : 8;
  const length = [...password].length;
  if (length < minimum) return `Password must be at least ${minimum} characters long`;
  if (length > 128) return 'Password must not exceed 128 characters';
  if (policy === 'basic') return undefined;
  return strictRules.find(({ pattern }) => !pattern.test(password))?.problem;
}

const strictRules = [
  { pattern: /\p{Lu}/u, problem: 'Password must include an uppercase letter' },
  { pattern: /\p{Ll}/u, problem: 'Password must include a lowercase letter' },
  { pattern: /\p{Nd}/u, problem: 'Password must include a number' },
  { pattern: /[^\p{L}\p{N}\s]/u, problem: 'Password must include a special character' },
];
