import type { JsonObject } from '../../pure/flow-spec.ts';
import { isObject, isText } from '../../pure/json.ts';

export interface CataloguedDataset {
  ownerId: string;
  name: string;
  ownerName: string;
  n: number;
  descriptor: JsonObject | null;
  modified: string;
  products: { resource: string; path: string; sha256: string; bytes: number; mediaType: string }[];
}

export interface Catalogue {
  /** Address of this page. */
  url: string;
  next: string | undefined;
  /** What package addresses begin with. */
  base: string;
  datasets: CataloguedDataset[];
}

const vocabularies = {
  dcat: 'http://www.w3.org/ns/dcat#',
  dct: 'http://purl.org/dc/terms/',
  foaf: 'http://xmlns.com/foaf/0.1/',
  hydra: 'http://www.w3.org/ns/hydra/core#',
  spdx: 'http://spdx.org/rdf/terms#',
  xsd: 'http://www.w3.org/2001/XMLSchema#',
};

type Value = string | number | { id: string } | { text: string; type: string } | Node;
interface Node {
  id?: string;
  type: string;
  properties: [name: string, value: Value | Value[] | undefined][];
}

/** DCAT 3, one distribution a product (contract §11). Both forms below say the same. */
function graphOf({ url, next, base, datasets }: Catalogue): Node {
  return {
    id: url,
    type: 'dcat:Catalog',
    properties: [
      ['dct:title', 'Granary'],
      ['dcat:dataset', datasets.map((dataset) => datasetNode(base, dataset))],
      ['hydra:next', next === undefined ? undefined : { id: next }],
    ],
  };
}

function datasetNode(base: string, dataset: CataloguedDataset): Node {
  const { ownerId, name, ownerName, n, modified, products } = dataset;
  const descriptor = dataset.descriptor ?? {};
  const home = `${base}/${encodeURIComponent(ownerId)}/${encodeURIComponent(name)}`;
  const licence = licenceOf(descriptor);
  const texts = (value: unknown) => (Array.isArray(value) ? value.filter(isText) : []);
  return {
    id: `${home}/datapackage.json`,
    type: 'dcat:Dataset',
    properties: [
      ['dct:identifier', `${ownerId}/${name}`],
      ['dct:title', isText(descriptor.title) ? descriptor.title : name],
      ['dct:description', isText(descriptor.description) ? descriptor.description : undefined],
      ['dcat:keyword', texts(descriptor.keywords)],
      ['dcat:version', String(n)],
      ['dct:modified', { text: modified, type: 'xsd:dateTime' }],
      ['dct:publisher', { type: 'foaf:Agent', properties: [['foaf:name', ownerName]] }],
      ['dct:license', licence],
      ['dcat:distribution', products.map((product) => distributionNode(home, product, licence))],
    ],
  };
}

function distributionNode(
  home: string,
  product: CataloguedDataset['products'][number],
  licence: Value | undefined,
): Node {
  const { resource, path, sha256, bytes, mediaType } = product;
  const [folder, file] = path.split('/');
  const url = `${home}/${encodeURIComponent(resource)}/${folder}/${sha256}/${encodeURIComponent(file ?? '')}`;
  const type = mediaType.split(';', 1)[0]!;
  return {
    id: url,
    type: 'dcat:Distribution',
    properties: [
      ['dct:title', resource],
      ['dcat:downloadURL', { id: url }],
      ['dcat:mediaType', { id: `https://www.iana.org/assignments/media-types/${type}` }],
      ['dcat:byteSize', { text: String(bytes), type: 'xsd:nonNegativeInteger' }],
      [
        'spdx:checksum',
        {
          type: 'spdx:Checksum',
          properties: [
            ['spdx:algorithm', { id: `${vocabularies.spdx}checksumAlgorithm_sha256` }],
            ['spdx:checksumValue', { text: sha256, type: 'xsd:hexBinary' }],
          ],
        },
      ],
      ['dct:license', licence],
    ],
  };
}

function licenceOf({ licenses }: JsonObject): Value | undefined {
  const first = Array.isArray(licenses) ? licenses.find(isObject) : undefined;
  if (isText(first?.path) && isAddress(first.path)) return { id: first.path };
  return isText(first?.name) ? first.name : undefined;
}

/** What may stand between `<` and `>`. */
const isAddress = (text: string): boolean => /^https?:\/\/[^\s<>"{}|\\^`]+$/.test(text);

const given = (properties: Node['properties']) =>
  properties.flatMap(([name, value]): [string, Value[]][] => {
    const values = value === undefined ? [] : [value].flat();
    return values.length === 0 ? [] : [[name, values]];
  });

export function dcatJson(catalogue: Catalogue): JsonObject {
  return { '@context': vocabularies, ...nodeJson(graphOf(catalogue)) };
}

function nodeJson({ id, type, properties }: Node): JsonObject {
  const entries = given(properties).map(([name, values]) => {
    const items = values.map(valueJson);
    return [name, items.length === 1 ? items[0] : items] as const;
  });
  return { ...(id === undefined ? {} : { '@id': id }), '@type': type, ...Object.fromEntries(entries) };
}

function valueJson(value: Value): JsonObject | string | number {
  if (typeof value !== 'object') return value;
  if ('properties' in value) return nodeJson(value);
  return 'text' in value ? { '@value': value.text, '@type': value.type } : { '@id': value.id };
}

export function dcatTurtle(catalogue: Catalogue): string {
  const prefixes = Object.entries(vocabularies).map(([name, address]) => `@prefix ${name}: <${address}> .`);
  const blocks: string[] = [];
  writeSubject(graphOf(catalogue), blocks);
  return `${prefixes.join('\n')}\n\n${blocks.join('\n\n')}\n`;
}

/** Nodes with an address stand alone, the others where they are used. */
function writeSubject(node: Node, blocks: string[]): void {
  const at = blocks.push('') - 1;
  blocks[at] = `<${node.id}> ${bodyOf(node, blocks)} .`;
}

function bodyOf({ type, properties }: Node, blocks: string[]): string {
  const lines = given(properties).map(
    ([name, values]) => `${name} ${values.map((value) => term(value, blocks)).join(', ')}`,
  );
  return [`a ${type}`, ...lines].join(' ;\n  ');
}

function term(value: Value, blocks: string[]): string {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return literal(value);
  if ('properties' in value) {
    if (value.id === undefined) return `[ ${bodyOf(value, blocks)} ]`;
    writeSubject(value, blocks);
    return `<${value.id}>`;
  }
  return 'text' in value ? `${literal(value.text)}^^${value.type}` : `<${value.id}>`;
}

const literal = (text: string): string => JSON.stringify(text).replace(/\u007f/g, '\\u007F');
