// Medication lists of all sources as the node puts them side by side, and what a person decides of
// each line, as it is signed.
import type { Coded } from '../../text/word.ts';
import type { Write } from './delivery.ts';

export interface ListText { kind: string; sent_by?: string; here?: boolean; last_date?: string; lines: number }
export interface Cell {
  list: number;
  resource?: string;  // Type/id/_history/version
  needs_decision: boolean;
  drug?: Coded;
  known_by: string;
  strength?: string;
  says: { status?: string; dose?: string; start?: string };
}
export interface ProposedRow {
  drug?: Coded;
  state: string;
  because?: string;
  needs_decision: boolean;
  matched_by?: string;
  to_be_confirmed_by_a_person: boolean;
  differs: string[];
  cells: Cell[];
}
export interface Proposal { position: string; notice: string; lists: ListText[]; rows: ProposedRow[]; past_left_out: number; deceased?: string }

export const decisions = ['continue', 'change', 'stop', 'hold', 'not-taking', 'undecided'] as const;
export type Decision = (typeof decisions)[number];
export interface Decided { decision: Decision | ''; text: string; confirmed: boolean }
export const open: Decided = { decision: '', text: '', confirmed: false };

// Of what the row is: the same however often the lists are read again.
export const keyOfRow = (row: ProposedRow): string => row.cells.map((cell) => cell.resource?.replace(/\/_history\/.*/, '') ?? '').sort().join(' ');

export function isComplete(row: ProposedRow, decided: Decided): boolean {
  if (!decided.decision) return false;
  if ((decided.decision === 'change' || decided.decision === 'stop') && !decided.text.trim()) return false;
  return !row.to_be_confirmed_by_a_person || decided.confirmed || decided.decision === 'undecided';
}

function lineOf(row: ProposedRow, decided: Decided) {
  const resources = row.cells.filter((cell) => cell.needs_decision && cell.resource).map((cell) => cell.resource);
  const words = decided.text.trim();
  return {
    decision: decided.decision, resources,
    ...(decided.decision === 'change' ? { dose: words } : words ? { reason: words } : {}),
    ...(row.to_be_confirmed_by_a_person && decided.confirmed ? { match_confirmed: true } : {}),
  };
}

export function reconciliation(patient: string, proposal: Proposal, decided: Readonly<Record<string, Decided>>): Write {
  const rows = proposal.rows.filter((row) => row.needs_decision);
  return {
    method: 'POST', path: `/charts/${encodeURIComponent(patient)}/reconciliations`,
    body: { position: proposal.position, decisions: rows.map((row) => lineOf(row, decided[keyOfRow(row)] ?? open)) },
  };
}
