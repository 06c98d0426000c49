// What the audit's routes answer.
export interface Agent { subject: string; issuer?: string; role?: string; site?: string }
export interface Touched { type: string; id: string; version: number }
export interface Access {
  id: string;
  time: string;
  kind: string;
  agent: Agent;
  purpose?: string;
  method: string;
  route: string;
  query: string;
  peer?: string;
  recipient?: string;
  status: number;
  outcome: string;
  patients: string[];
  resources: Touched[];
}
export interface AccessPage { accesses: Access[]; next?: string; removed_before?: string }
export interface What { type: string; count: number }
export interface OwnAccess { time: string; who: string; role?: string; site?: string; purpose?: string; how: string; recipient?: string; what: What[] }
export interface OwnAccessPage { accesses: OwnAccess[]; next?: string; removed_before?: string }
export interface Shown extends Touched { last_shown: string; access: string; document: Record<string, unknown> | null; because?: string }
export interface Screen { agent: string; from: string; at: string; accesses: Access[]; more: boolean; shown: Shown[]; removed_before?: string }
export interface Disclosure { id: string; date: string; kind: string; recipient: { subject: string; role?: string; site?: string; address?: string }; purpose: string; what: What[] }
export interface DisclosurePage { from: string; disclosures: Disclosure[]; next?: string; removed_before?: string }
export interface LateLine { type: string; site: string; actor: string; recorded: number; ahead: number; undated: number; median_seconds: number; ninetieth_seconds: number; longest_seconds: number }
export interface LateReport { position: string; lines: LateLine[] }
export interface Event {
  position: string;
  time: string;
  commit: string;
  effect: string;
  type: string;
  id: string;
  version: number;
  effective?: string;
  who?: { actor?: string; role?: string; site?: string; purpose?: string; source?: string };
  resource?: Record<string, unknown>;
}
