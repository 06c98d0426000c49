// What a version of a resource has that the one before had not: elements by their path.
export interface Difference { path: string; before?: string; after?: string }

const left = new Set(['meta', 'text', 'resourceType', 'id']);

function walk(value: unknown, path: string, into: Map<string, string>): void {
  if (value === null || typeof value !== 'object') {
    into.set(path, String(value));
    return;
  }
  for (const [name, inner] of Object.entries(value)) {
    if (path === '' && left.has(name)) continue;
    walk(inner, Array.isArray(value) ? `${path}[${name}]` : path ? `${path}.${name}` : name, into);
  }
}

export function flat(resource: unknown): Map<string, string> {
  const all = new Map<string, string>();
  walk(resource, '', all);
  return all;
}

export function differences(before: unknown, after: unknown): Difference[] {
  const old = flat(before), fresh = flat(after);
  const paths = [...new Set([...old.keys(), ...fresh.keys()])];
  return paths.filter((path) => old.get(path) !== fresh.get(path)).map((path) => ({ path, before: old.get(path), after: fresh.get(path) }));
}
