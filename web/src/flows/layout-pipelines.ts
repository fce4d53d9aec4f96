export interface GraphNode {
  id: string;
  dependencies: string[];
}

export interface Placed<T extends GraphNode> {
  node: T;
  /** Counted from the left: one more than the furthest of its dependencies. */
  column: number;
  /** In its column, from the top. */
  row: number;
}

export interface GraphLayout<T extends GraphNode> {
  placed: Placed<T>[];
  /** Without those that another path already says: `a → c` goes where there is `a → b → c`. */
  edges: { from: string; to: string }[];
  /** Nodes in each column. */
  columns: number[];
  /** Of the longest column. */
  rows: number;
}

/** Columns by dependency; in a column, what depends on the upper nodes of the one before stands above. */
export function layoutPipelines<T extends GraphNode>(nodes: T[]): GraphLayout<T> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const known = (node: T): string[] => node.dependencies.filter((id) => byId.has(id) && id !== node.id);
  const columnOf = columnsOf(nodes, known);
  const columns: number[] = [];
  const middleOf = new Map<string, number>();
  const placed: Placed<T>[] = [];
  for (const [column, here] of groupByColumn(nodes, columnOf).entries()) {
    columns.push(here.length);
    const sorted = here
      .map((node, index) => ({ node, index, middle: mean(known(node).map((id) => middleOf.get(id) ?? 0)) }))
      .toSorted((a, b) => a.middle - b.middle || a.index - b.index);
    sorted.forEach(({ node }, row) => {
      placed.push({ node, column, row });
      middleOf.set(node.id, sorted.length === 1 ? 0.5 : row / (sorted.length - 1));
    });
  }
  return { placed, edges: edgesOf(nodes, known), columns, rows: Math.max(0, ...columns) };
}

function groupByColumn<T extends GraphNode>(nodes: T[], columnOf: Map<string, number>): T[][] {
  const groups: T[][] = [];
  for (const node of nodes) {
    const column = columnOf.get(node.id)!;
    while (groups.length <= column) groups.push([]);
    groups[column]!.push(node);
  }
  return groups;
}

/** A cycle, which no plan has, ends where it comes back to itself. */
function columnsOf<T extends GraphNode>(nodes: T[], known: (node: T) => string[]): Map<string, number> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const columnOf = new Map<string, number>();
  const visit = (id: string, path: Set<string>): number => {
    const found = columnOf.get(id);
    if (found !== undefined) return found;
    if (path.has(id)) return 0;
    path.add(id);
    const column = Math.max(0, ...known(byId.get(id)!).map((dependency) => visit(dependency, path) + 1));
    path.delete(id);
    columnOf.set(id, column);
    return column;
  };
  for (const { id } of nodes) visit(id, new Set());
  return columnOf;
}

function edgesOf<T extends GraphNode>(nodes: T[], known: (node: T) => string[]): { from: string; to: string }[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const above = new Map<string, Set<string>>();
  const ancestorsOf = (id: string): Set<string> => {
    const found = above.get(id);
    if (found !== undefined) return found;
    const all = new Set<string>();
    above.set(id, all);
    for (const dependency of known(byId.get(id)!)) {
      all.add(dependency);
      for (const further of ancestorsOf(dependency)) all.add(further);
    }
    return all;
  };
  return nodes.flatMap((node) => {
    const direct = known(node);
    return direct
      .filter((id) => !direct.some((other) => other !== id && ancestorsOf(other).has(id)))
      .map((from) => ({ from, to: node.id }));
  });
}

const mean = (values: number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
