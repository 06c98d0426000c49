// A definition's value: yes and no, resources as links to their history, lists that unfold.
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { typeWord } from '../text/word.ts';
import type { Value } from './types.ts';

const reference = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9.-]{1,64})$/;
const openMax = 6;

// By Type/id, as far as the node has said how people call them.
export const ResourceNames = createContext<ReadonlyMap<string, string>>(new Map());

export const historyAddress = (patient: string, resource: string) => `/patients/${encodeURIComponent(patient)}?history=${resource}`;

export function ResourceLink({ patient, resource }: { patient: string; resource: string }) {
  const [, type = '', id = ''] = reference.exec(resource) ?? [];
  const href = type === 'Patient' ? `/patients/${encodeURIComponent(id)}?history=${resource}` : historyAddress(patient, resource);
  const name = useContext(ResourceNames).get(resource);
  if (name) return <><a href={href} title={resource}>{name}</a> <span class="quiet small">{typeWord(type)}</span></>;
  return <a href={href}>{typeWord(type)} <span class="id">{id}</span></a>;
}

function List({ list, patient }: { list: readonly Value[]; patient: string }) {
  if (list.length === 0) return <span class="quiet">none</span>;
  const items = list.map((one, i) => <li key={i}><ValueText value={one} patient={patient} /></li>);
  if (list.length <= openMax) return <ul>{items}</ul>;
  return <details><summary>{list.length} values</summary><ul>{items}</ul></details>;
}

export function ValueText({ value, patient }: { value: Value | undefined; patient: string }) {
  if (value === null || value === undefined) return <span class="quiet">unknown</span>;
  if (value === true) return <strong>yes</strong>;
  if (value === false) return <span>no</span>;
  if (Array.isArray(value)) return <List list={value} patient={patient} />;
  if (typeof value === 'object') return <code>{JSON.stringify(value)}</code>;
  const text = String(value);
  if (reference.test(text)) return <ResourceLink patient={patient} resource={text} />;
  return <span>{text.replace(/^'(.*)'$/s, '$1')}</span>;
}
