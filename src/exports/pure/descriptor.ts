import type { Column, Selection, Table } from '../../datasets/index.ts';
import { mediaTypes } from './formats.ts';
import type { OutputOptions } from './output-options.ts';

export interface ResourceFile {
  table: Table;
  selection: Selection;
  options: Pick<OutputOptions, 'delimiter' | 'decimal' | 'nullText' | 'dataFormat' | 'bom'>;
  path: string;
  bytes?: number;
  /** Hex sha256. */
  sha256?: string;
  rows?: number;
}

export interface PackageFacts {
  name: string;
  id: string;
  title: string;
  description: string;
  version: string;
  created: Date;
  /** Data Package properties of the dataset: licenses, sources, contributors, keywords. */
  metadata: Record<string, unknown>;
  granary: Record<string, unknown>;
}

/** A Data Package v2 descriptor. What the standard requires is always there; a missing licence is said to be missing. */
export function descriptorOf(facts: PackageFacts, resources: readonly ResourceFile[]): Record<string, unknown> {
  const { metadata } = facts;
  const licenses = listOf(metadata.licenses);
  return {
    $schema: 'https://datapackage.org/profiles/2.0/datapackage.json',
    name: facts.name,
    id: facts.id,
    licenses: licenses.length > 0 ? licenses : [{ name: 'notspecified', title: 'Licence not specified' }],
    title: facts.title || facts.name,
    description: facts.description,
    version: facts.version,
    created: facts.created.toISOString(),
    contributors: listOf(metadata.contributors),
    sources: listOf(metadata.sources),
    keywords: listOf(metadata.keywords),
    resources: resources.map(resourceOf),
    granary: facts.granary,
  };
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

function resourceOf({ table, selection, options, path, bytes, sha256, rows }: ResourceFile): Record<string, unknown> {
  const { dataset, revision } = table;
  const { dataFormat: format } = options;
  const textual = format === 'csv' || format === 'json' || format === 'ndjson';
  return {
    name: dataset.name,
    type: 'table',
    path,
    title: dataset.title || dataset.name,
    description: dataset.description,
    format,
    mediatype: mediaTypes[format][0]!.split(';')[0],
    ...(textual ? { encoding: 'utf-8' } : {}),
    ...(bytes === undefined ? {} : { bytes }),
    ...(sha256 === undefined ? {} : { hash: `sha256:${sha256}` }),
    ...(format === 'csv'
      ? {
          dialect: {
            delimiter: options.delimiter,
            lineTerminator: '\r\n',
            quoteChar: '"',
            doubleQuote: true,
            header: true,
          },
        }
      : {}),
    schema: schemaOf(table, selection, options),
    granary: {
      dataset_id: dataset.id,
      revision: revision.n,
      version: revision.version,
      run: revision.runId,
      ...(rows === undefined ? {} : { rows }),
      recipe: revision.recipe,
    },
  };
}

function schemaOf(
  { revision }: Table,
  { shown }: Selection,
  options: ResourceFile['options'],
): Record<string, unknown> {
  const names = new Set(shown.map(({ name }) => name));
  const fields = shown.map((column) =>
    fieldOf(
      column,
      revision.schema.fields.find(({ name }) => name === column.name),
      options,
    ),
  );
  const key = revision.key.filter((name) => names.has(name));
  return {
    fields,
    ...(key.length > 0 && key.length === revision.key.length ? { primaryKey: key } : {}),
    missingValues: [options.nullText],
  };
}

/** Reading options of the file that came in are not those of the file that leaves. */
function fieldOf(column: Column, declared: Record<string, unknown> | undefined, options: ResourceFile['options']) {
  const {
    format: _format,
    trueValues: _true,
    falseValues: _false,
    missingValues: _missing,
    groupChar: _group,
    decimalChar: _decimal,
    bareNumber: _bare,
    confidence: _confidence,
    offered: _offered,
    ...kept
  } = declared ?? { name: column.name, type: column.fieldType };
  return column.kind === 'number' && options.dataFormat === 'csv' && options.decimal === ','
    ? { ...kept, decimalChar: ',' }
    : kept;
}
