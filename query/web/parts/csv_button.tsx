// What is shown, as a file for a spreadsheet.
import { csvOf, saveFile, type CsvRow } from './csv.ts';

interface Props { name: string; head: readonly string[]; rows(): readonly CsvRow[]; disabled?: boolean }

export function CsvButton({ name, head, rows, disabled = false }: Props) {
  return <button type="button" class="no-print" disabled={disabled} onClick={() => saveFile(`${name}.csv`, csvOf(head, rows()))}>Export CSV</button>;
}
