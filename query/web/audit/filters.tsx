// Filters of an audit: applied with Enter or the button, kept in the address.
import { useState } from 'preact/hooks';
import { ask, dayTyped, instantTyped, shownBorder, type Asked } from './parameters.ts';

const fields = {
  agent: { word: 'User', type: 'text' }, from: { word: 'From', type: 'day' }, to: { word: 'Up to', type: 'day' }, purpose: { word: 'Purpose of use', type: 'text' },
  outcome: { word: 'Outcome', type: 'outcome' }, at: { word: 'At', type: 'instant' }, minutes: { word: 'Minutes before', type: 'number' },
  type: { word: 'Type of resource', type: 'text' }, site: { word: 'Site', type: 'text' }, actor: { word: 'Author', type: 'text' },
} as const;
export type FieldName = keyof typeof fields;

interface FieldProps { name: FieldName; value: string; wrong: boolean; set(value: string): void }

const examples: Readonly<Record<string, string>> = { day: '4 Jun 2026', instant: '4 Jun 2026, 13:30' };

function Field({ name, value, wrong, set }: FieldProps) {
  const { word, type } = fields[name];
  if (type === 'outcome') {
    return (
      <label class="field">{word}
        <select value={value} onChange={(event) => set(event.currentTarget.value)}><option value="">any</option><option value="success">success</option><option value="refused">refused</option><option value="failed">failed</option></select>
      </label>
    );
  }
  return (
    <label class="field">{word}
      <input type={type === 'number' ? 'number' : 'text'} min={1} placeholder={examples[type]} size={type === 'instant' ? 18 : 12} value={value} aria-invalid={wrong} aria-describedby={wrong ? 'filters-wrong' : undefined} onInput={(event) => set(event.currentTarget.value)} />
    </label>
  );
}

// As the node reads it; null: it cannot.
function meant(name: FieldName, text: string): string | null {
  if (text === '') return '';
  if (fields[name].type === 'day') return dayTyped(text);
  return fields[name].type === 'instant' ? instantTyped(text) : text;
}

const shown = (name: FieldName, value: string) => (value && (fields[name].type === 'day' || fields[name].type === 'instant') ? shownBorder(value) : value);

export function Filters({ asked, fields: names, button = 'Filter' }: { asked: Asked; fields: readonly FieldName[]; button?: string }) {
  const [typed, setTyped] = useState<Record<string, string>>({});
  const [wrong, setWrong] = useState<readonly FieldName[]>([]);
  const submit = (event: Event) => {
    event.preventDefault();
    const all = names.map((name) => ({ name, value: typed[name] === undefined ? asked[name] ?? '' : meant(name, typed[name].trim()) }));
    setWrong(all.filter((one) => one.value === null).map((one) => one.name));
    if (all.some((one) => one.value === null)) return;
    setTyped({});
    ask(asked, Object.fromEntries(all.map((one) => [one.name, one.value])));
  };
  return (
    <form class="filters no-print" onSubmit={submit}>
      {names.map((name) => <Field key={name} name={name} value={typed[name] ?? shown(name, asked[name] ?? '')} wrong={wrong.includes(name)} set={(value) => setTyped({ ...typed, [name]: value })} />)}
      <button type="submit">{button}</button>
      {wrong.length > 0 && <span id="filters-wrong" class="small wrong" role="alert">{wrong.map((name) => `${fields[name].word}: write ${examples[fields[name].type]}`).join('; ')}</span>}
    </form>
  );
}
