import { addressesOf, blobOf, connectionOf } from './addresses.ts';
import { isFileName } from './check-shape.ts';
import type { Problem } from './faults.ts';
import type { FlowPlan, FlowSpec } from './flow-spec.ts';
import { isText } from './json.ts';
import { hasScheme } from './resolve-source.ts';

/** Faults of row 6 of a normalised spec: names, schemes, paths (contract §5.6, §9). */
export function checkNormalised(spec: FlowSpec): Problem[] {
  return [...checkNames(spec), ...checkAddresses(spec)];
}

const resourcesAt = '/inputs/0/parameters/descriptor/resources';
const nameRule = 'must be a name of A-Z a-z 0-9 . _ -, without a leading dot or ..';

function checkNames(spec: FlowSpec): Problem[] {
  const named = spec.inputs[0].parameters.descriptor.resources.map((resource, i) => ({
    pointer: `${resourcesAt}/${i}/name`,
    name: String(resource.name),
  }));
  const made = spec.processing.map((step, i) => ({ pointer: `/processing/${i}/output`, name: step.output }));
  return [...named, ...made]
    .filter(({ name }) => !isFileName(name))
    .map(({ pointer, name }) => ({ pointer, problem: `'${name}' ${nameRule}` }));
}

/** Ids of pipelines and names in the package are one set: `a_csv` beside a table `a` would be written twice. */
export function checkCollisions(spec: FlowSpec, plan: FlowPlan): Problem[] {
  const { resources } = spec.inputs[0].parameters.descriptor;
  const problems: Problem[] = [];
  const seen = new Set<string>();
  for (const [i, resource] of resources.entries()) {
    if (seen.has(String(resource.name)))
      problems.push({ pointer: `${resourcesAt}/${i}/name`, problem: `the name '${resource.name}' is used twice` });
    seen.add(String(resource.name));
  }
  if (problems.length > 0) return problems;
  const owners = new Map<string, string>();
  const claim = (name: string, owner: string, pointer: string) => {
    const other = owners.get(name);
    if (other === undefined) owners.set(name, owner);
    else problems.push({ pointer, problem: `the name '${name}' of ${owner} collides with ${other}` });
  };
  claim('validation_report', 'the validation report', '');
  for (const { name, type } of plan.resources) {
    const pointer = pointerOf(spec, name);
    claim(name, `the resource '${name}'`, pointer);
    if (type !== 'source/tabular') continue;
    for (const product of ['csv', 'json', 'csv_preview', 'rejects', 'parquet'])
      claim(`${name}_${product}`, `a product of '${name}'`, pointer);
  }
  for (const [i, output] of spec.outputs.entries()) {
    const outFile = output.parameters['out-file'];
    if (isText(outFile))
      claim(outFile.replaceAll('.', '_'), `the ${output.kind} '${outFile}'`, `/outputs/${i}/parameters/out-file`);
  }
  return problems;
}

function pointerOf(spec: FlowSpec, name: string): string {
  const step = spec.processing.findIndex(({ output }) => output === name);
  if (step >= 0) return `/processing/${step}/output`;
  const { resources } = spec.inputs[0].parameters.descriptor;
  return `${resourcesAt}/${resources.findIndex((resource) => `${resource.name}_original` === name || resource.name === name)}/name`;
}

function checkAddresses(spec: FlowSpec): Problem[] {
  const paths = spec.inputs[0].parameters.descriptor.resources.flatMap((resource, i) =>
    [resource.path]
      .flat()
      .filter((path) => isText(path) && !hasScheme(path) && !isSafePath(path))
      .map(() => ({ pointer: `${resourcesAt}/${i}/path`, problem: pathRule })),
  );
  const schemes = addressesOf(spec).flatMap(({ address, pointer }) => {
    const problem = addressProblem(address);
    return problem === undefined ? [] : [{ pointer, problem }];
  });
  return [...schemes, ...paths];
}

const pathRule = 'must be relative, without .., drive or hidden parts';

const isSafePath = (path: string): boolean =>
  path !== '' &&
  !/^[/\\]|^[A-Za-z]:|[\0\\]/.test(path) &&
  path.split('/').every((part) => part !== '' && !part.startsWith('.'));

function addressProblem(address: string): string | undefined {
  if (/^https?:/i.test(address)) return undefined;
  if (/^blob:/i.test(address)) return blobOf(address) !== undefined ? undefined : 'must be blob:sha256:<64 hex digits>';
  if (/^connection:/i.test(address))
    return connectionOf(address) !== undefined ? undefined : 'must be connection:<name>/<query>';
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(address)?.[1];
  return scheme === undefined ? undefined : `the scheme '${scheme}' may not be fetched from`;
}
