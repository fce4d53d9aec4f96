import type { FlowSpec, JsonObject, PlannedResource, PlannedSource, Policy, ProcessingSpec } from './flow-spec.ts';
import { isObject, isText, objectOf, without } from './json.ts';
import { extensionOf, resolveSource } from './resolve-source.ts';
import { tabulatorOfDialect } from './tabulator-options.ts';

/** What the products are made of, in the order of the package (contract §5.2, §5.3). Throws PlanFault. */
export function planResources(spec: FlowSpec): { resources: PlannedResource[]; warnings: string[] } {
  const { url, parameters } = spec.inputs[0];
  const given = parameters.descriptor.resources;
  const mapping = parameters['resource-mapping'] ?? {};
  const warnings = unusedOf(spec, mapping);
  const resources = given.flatMap((descriptor) => {
    const source = resolveSource(descriptor, url, mapping);
    const steps = spec.processing.filter((step) => step.input === descriptor.name);
    const archivePath = archivePathOf(String(descriptor.name), descriptor, source);
    return planResource(spec, { descriptor, source, steps, archivePath });
  });
  return { resources, warnings };
}

interface Input {
  descriptor: JsonObject;
  source: PlannedSource;
  steps: ProcessingSpec[];
  archivePath: string;
}

function planResource(spec: FlowSpec, input: Input): PlannedResource[] {
  const { descriptor, source, steps } = input;
  const name = String(descriptor.name);
  const isGeo = isGeojson(source);
  const schema = isGeo ? undefined : schemaOf(descriptor.schema);
  const inferring = spec.inputs[0].parameters['infer-schema'] !== false;
  const isTabular = !isGeo && (schema !== undefined || (inferring && isInferable(descriptor, source, steps)));
  const plain = originalOf(spec, input, isGeo);
  const outputs = steps.map((step) => outputOf(spec, input, step));
  if (!isTabular && outputs.length === 0) return [plain];
  const own =
    isTabular && !outputs.some((output) => output.name === name)
      ? [tableOf(spec, input, { name, schema, steps: [], tabulator: {}, policy: undefined })]
      : [];
  return [...own, ...outputs, { ...plain, name: `${name}_original`, type: 'original' }];
}

function originalOf(spec: FlowSpec, input: Input, isGeo: boolean): PlannedResource {
  const { descriptor, source, archivePath } = input;
  const name = String(descriptor.name);
  const facts = isGeo && descriptor.schema !== undefined ? { geojsonSchema: descriptor.schema } : {};
  return {
    name,
    type: 'original',
    source,
    input: name,
    archivePath,
    tabulator: {},
    steps: [],
    policy: policyOf(spec.policy),
    descriptor: { ...factsOf(descriptor), ...facts },
    ...encodingOf(descriptor),
  };
}

function outputOf(spec: FlowSpec, input: Input, step: ProcessingSpec): PlannedResource {
  const schema = step.schema ?? schemaOf(input.descriptor.schema);
  return tableOf(spec, input, {
    name: step.output,
    schema,
    steps: step.dpp ?? [],
    tabulator: step.tabulator ?? {},
    policy: step.policy,
  });
}

function tableOf(
  spec: FlowSpec,
  { descriptor, source }: Input,
  table: {
    name: string;
    schema: JsonObject | string | undefined;
    steps: PlannedResource['steps'];
    tabulator: JsonObject;
    policy: JsonObject | undefined;
  },
): PlannedResource {
  const { name, schema, steps } = table;
  const tabulator = { ...tabulatorOfDialect(descriptor.dialect, schema), ...table.tabulator };
  return {
    name,
    type: 'source/tabular',
    source: isText(tabulator.format) ? { ...source, format: tabulator.format.toLowerCase() } : source,
    input: String(descriptor.name),
    archivePath: archivePathOf(name, descriptor, source),
    tabulator,
    ...(schema === undefined ? {} : { schema }),
    steps,
    policy: policyOf(spec.policy, table.policy),
    descriptor: factsOf(descriptor),
    ...(isText(tabulator.encoding) ? { encoding: tabulator.encoding } : encodingOf(descriptor)),
  };
}

const factsOf = (descriptor: JsonObject): JsonObject =>
  without(descriptor, 'name', 'path', 'data', 'schema', 'format', 'dialect', 'encoding');

const encodingOf = ({ encoding }: JsonObject) => (isText(encoding) ? { encoding } : {});

const schemaOf = (schema: unknown): JsonObject | string | undefined => (isText(schema) ? schema : objectOf(schema));

/** A processing step's policy, key by key, before that of the spec, before the defaults of §7.4. */
export function policyOf(...policies: (JsonObject | undefined)[]): Policy {
  const given: JsonObject = Object.assign({}, ...policies);
  const rejects = isObject(given.max_rejects) ? given.max_rejects : {};
  return {
    width: (given.width ?? 'reject_row') as Policy['width'],
    cast: (given.cast ?? 'fail') as Policy['cast'],
    unique: (given.unique ?? 'report') as Policy['unique'],
    maxRejects: { count: Number(rejects.count ?? 10), ratio: Number(rejects.ratio ?? 0.01) },
  };
}

const isGeojson = ({ format, urls }: PlannedSource): boolean =>
  format === 'geojson' || urls.some((url) => /\.geojson$/i.test(url));

const inferable = new Set(['csv', 'tsv', 'ndjson', 'jsonl', 'parquet']);
const spreadsheets = new Set(['xls', 'xlsx', 'ods']);

/** Without a schema: is it a table all the same (contract §5.5)? */
function isInferable(descriptor: JsonObject, { format }: PlannedSource, steps: ProcessingSpec[]): boolean {
  if (descriptor.type === 'table') return true;
  if (format === undefined) return false;
  if (format === 'json') return steps.length > 0;
  return inferable.has(format) || (spreadsheets.has(format) && steps.length === 0);
}

/** `archive/{name}.{ext}`; the extension is that of the path as the descriptor has it, else of the address it is mapped to. */
function archivePathOf(name: string, descriptor: JsonObject, source: PlannedSource): string {
  const path = [descriptor.path].flat().find(isText);
  const extension =
    path === undefined ? `.${source.format ?? 'json'}` : extensionOf(path) || extensionOf(source.urls[0]!);
  return `archive/${name}${extension}`;
}

function unusedOf(spec: FlowSpec, mapping: { [pathOrName: string]: string }): string[] {
  const { resources } = spec.inputs[0].parameters.descriptor;
  const names = new Set(resources.map((resource) => String(resource.name)));
  const known = new Set([...names, ...resources.flatMap((resource) => [resource.path].flat().filter(isText))]);
  return [
    ...spec.processing
      .filter((step) => !names.has(step.input))
      .map((step) => `processing: no resource '${step.input}'; the step that makes '${step.output}' is ignored`),
    ...Object.keys(mapping)
      .filter((key) => !known.has(key))
      .map((key) => `resource-mapping: no resource has the path or name '${key}'`),
  ];
}
