// The auditor's pages: who looked, what was seen, how a record came to be, what left, what is proven.
import { Tabs } from '../parts/tabs.tsx';
import { AccessPart } from '../audit/access_part.tsx';
import { DisclosuresPart } from '../audit/disclosures_part.tsx';
import { LatePart } from '../audit/late_part.tsx';
import { askedIn, type Asked } from '../audit/parameters.ts';
import { ProofPart } from '../audit/proof_part.tsx';
import { ReplayPart } from '../audit/replay_part.tsx';
import { ScreenPart } from '../audit/screen_part.tsx';
import type { PageProps } from '../pages.ts';

const parts = [
  { part: 'access', word: 'Who looked', Component: AccessPart },
  { part: 'screen', word: 'What a user saw', Component: ScreenPart },
  { part: 'replay', word: 'Replay', Component: ReplayPart },
  { part: 'late', word: 'Late entries', Component: LatePart },
  { part: 'disclosures', word: 'Disclosures', Component: DisclosuresPart },
  { part: 'proof', word: 'Proof', Component: ProofPart },
] as const;

// The patient stays chosen from part to part.
const hrefOf = (part: string, asked: Asked) => `/audit?${new URLSearchParams({ part, ...(asked.patient ? { patient: asked.patient } : {}) })}`;

export function AuditPage({ address }: PageProps) {
  const asked = askedIn(address);
  const here = parts.find((one) => one.part === asked.part) ?? parts[0];
  return (
    <>
      <Tabs label="Audit" tabs={parts.map(({ part, word }) => ({ href: hrefOf(part, asked), word, here: part === here.part }))} />
      <here.Component key={here.part} asked={{ ...asked, part: here.part }} />
    </>
  );
}
