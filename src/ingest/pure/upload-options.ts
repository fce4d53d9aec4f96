import type { Mode } from '../../datasets/index.ts';

/** What an upload asks for (data-api.md §2.3, §3). Absent: the dataset's settings, then the defaults. */
export interface UploadOptions {
  mode?: Mode;
  /** Columns that identify a row. */
  key?: string[];
  on_error?: (typeof choices.on_error)[number];
  max_errors?: MaxErrors;
  schema_policy?: (typeof choices.schema_policy)[number];
  blank?: (typeof choices.blank)[number];
  on_duplicate?: (typeof choices.on_duplicate)[number];
  dry_run?: boolean;
  confirm?: boolean;
  /** The upload whose rejected rows this file brings corrected. */
  quarantine?: string;
  /** How the file is read: passed on to the engine, which knows the names. */
  reading?: Record<string, unknown>;
  recipe?: unknown[];
  /** A Table Schema to apply instead of inferring one. */
  schema?: Record<string, unknown>;
  /** Every column and every row stays as it stands, whatever earlier files of the dataset were. For modules above; no request can say so. */
  as_text?: true;
}

/** Above it the run stops: a share of the rows read, or a number of errors. */
export type MaxErrors = { percent: number } | { count: number };

/** Who and where; not part of what decides the outcome. */
export interface UploadTarget {
  project_id?: string;
  dataset?: string;
  filename?: string;
  note?: string;
}

export class InvalidOption extends Error {
  readonly option: string;
  constructor(option: string, message: string) {
    super(message);
    this.option = option;
  }
}

export const choices = {
  mode: ['append', 'upsert', 'replace'],
  on_error: ['reject', 'quarantine', 'skip', 'null'],
  schema_policy: ['freeze', 'evolve', 'discard_row', 'discard_value'],
  blank: ['keep', 'clear'],
  on_duplicate: ['warn', 'skip', 'reject'],
} as const;

const booleans = ['dry_run', 'confirm'] as const;
const targets = ['project_id', 'dataset', 'filename', 'note'] as const;
/** Options whose value is JSON, or JSON as text in a query or form. */
const documents = ['recipe', 'schema', 'reading'] as const;

export const optionNames: readonly string[] = [
  ...Object.keys(choices),
  ...booleans,
  ...targets,
  ...documents,
  'key',
  'max_errors',
  'quarantine',
];

/**
 * Takes one source of parameters (query, form fields, or the `Granary-Options` header) apart. Names the engine knows as
 * reading options go there; any other unknown name is refused. Values are text or JSON.
 */
export function parseOptions(
  given: Record<string, unknown>,
  readingNames: readonly string[],
): { target: UploadTarget; options: UploadOptions } {
  const target: UploadTarget = {};
  const options: UploadOptions = {};
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    if (includes(targets, name)) target[name] = textOf(name, value);
    else if (includes(booleans, name)) options[name] = booleanOf(name, value);
    else if (name in choices) Object.assign(options, { [name]: choiceOf(name as keyof typeof choices, value) });
    else if (name === 'key') options.key = listOf(name, value);
    else if (name === 'max_errors') options.max_errors = maxErrorsOf(value);
    else if (name === 'quarantine') options.quarantine = uuidOf(name, value);
    else if (name === 'recipe') options.recipe = arrayOf(name, documentOf(name, value));
    else if (name === 'schema') options.schema = objectOf(name, documentOf(name, value));
    else if (name === 'reading') options.reading = { ...options.reading, ...objectOf(name, documentOf(name, value)) };
    else if (readingNames.includes(name)) options.reading = { ...options.reading, [name]: value };
    else throw new InvalidOption(name, `'${name}' is not a parameter of an upload.`);
  }
  return { target, options };
}

/** The options a dataset gives its uploads, as its settings say them; who and where are not among them. */
export function storedOptions(
  given: unknown,
  readingNames: readonly string[],
  refuse: (option: string, message: string) => Error,
): UploadOptions {
  try {
    return parseOptions(objectOf('upload', given), readingNames).options;
  } catch (error) {
    throw error instanceof InvalidOption ? refuse(error.option, error.message) : error;
  }
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

function includes<const Name extends string>(names: readonly Name[], name: string): name is Name {
  return (names as readonly string[]).includes(name);
}

function textOf(name: string, value: unknown): string {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') throw new InvalidOption(name, `'${name}' must be text, given once.`);
  if (value.includes('\0')) throw new InvalidOption(name, `'${name}' must not hold NUL.`);
  return value;
}

function booleanOf(name: string, value: unknown): boolean {
  if (value === true || value === 'true' || value === '1' || value === '') return true;
  if (value === false || value === 'false' || value === '0') return false;
  throw new InvalidOption(name, `'${name}' must be true or false.`);
}

function choiceOf(name: keyof typeof choices, value: unknown): string {
  const words = choices[name] as readonly string[];
  if (typeof value === 'string' && words.includes(value)) return value;
  throw new InvalidOption(name, `'${name}' must be one of ${words.join(', ')}.`);
}

function listOf(name: string, value: unknown): string[] {
  const items = Array.isArray(value) ? value : textOf(name, value).split(',');
  const list = items.map((item) => textOf(name, item).trim()).filter(Boolean);
  if (new Set(list).size !== list.length) throw new InvalidOption(name, `'${name}' names a column twice.`);
  return list;
}

function uuidOf(name: string, value: unknown): string {
  const text = textOf(name, value);
  if (!uuid.test(text)) throw new InvalidOption(name, `'${name}' must be the id of an upload.`);
  return text.toLowerCase();
}

function maxErrorsOf(value: unknown): MaxErrors {
  const parts = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(textOf('max_errors', value).trim());
  const number = Number(parts?.[1]);
  if (parts !== null && parts[2] === '%' && number <= 100) return { percent: number };
  if (parts !== null && parts[2] === '' && Number.isSafeInteger(number)) return { count: number };
  throw new InvalidOption('max_errors', "'max_errors' must be a whole number, or a share from 0% to 100%.");
}

function documentOf(name: string, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    throw new InvalidOption(name, `'${name}' must be JSON.`);
  }
}

function arrayOf(name: string, value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  throw new InvalidOption(name, `'${name}' must be a JSON array.`);
}

function objectOf(name: string, value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new InvalidOption(name, `'${name}' must be a JSON object.`);
}
