// Checkpoints as signed notes: read, and their signatures checked here, by the browser's own Ed25519.
export interface Checkpoint {
  partition: number;
  size: number;    // records below it
  next: number;
  time: string;
  root: string;
  signers: string[];
  text: string;    // what is signed
  signatures: { name: string; bytes: Uint8Array }[];
}

const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

function signatureIn(line: string): { name: string; bytes: Uint8Array } | null {
  const [, name, base64] = /^— (\S+) (\S+)$/.exec(line) ?? [];
  return name && base64 ? { name, bytes: bytesOf(base64) } : null;
}

// Null: not a checkpoint of a log of ours.
export function readCheckpoint(note: string): Checkpoint | null {
  const end = note.indexOf('\n\n');
  if (end < 0) return null;
  const lines = note.slice(0, end).split('\n');
  const partition = /\/(\d+)$/.exec(lines[0] ?? '')?.[1];
  const valueOf = (name: string) => lines.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1);
  if (partition === undefined || !/^\d+$/.test(lines[1] ?? '')) return null;
  const signatures = note.slice(end + 2).split('\n').map(signatureIn).filter((one) => one !== null);
  return {
    partition: Number(partition), size: Number(lines[1]), next: Number(valueOf('next') ?? lines[1]), time: valueOf('time') ?? '', root: lines[2] ?? '',
    signers: signatures.map((one) => one.name), text: `${note.slice(0, end)}\n`, signatures,
  };
}

interface Key { name: string; hash: string; bytes: Uint8Array }

// "name+hash+key": the key's first byte says Ed25519.
function readKey(text: string): Key | null {
  const [, name, hash, base64] = /^(.+)\+([0-9a-f]{8})\+(\S+)$/.exec(text) ?? [];
  if (!name || !hash || !base64) return null;
  const bytes = bytesOf(base64);
  return bytes[0] === 1 && bytes.length === 33 ? { name, hash, bytes: bytes.slice(1) } : null;
}

const hex = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

export type Verdict = 'verified' | 'wrong' | 'unknown signer' | 'not checkable';

// `keys`: those that the node names, so a signature that fits shows that nothing was changed on the
// way; whether the key is the right one only who noted it elsewhere can say.
export async function verify(checkpoint: Checkpoint, keys: readonly string[]): Promise<Verdict> {
  if (!globalThis.crypto?.subtle) return 'not checkable';
  const known = keys.map(readKey).filter((key) => key !== null);
  for (const { name, bytes } of checkpoint.signatures) {
    const key = known.find((one) => one.name === name && one.hash === hex(bytes.slice(0, 4)));
    if (!key) continue;
    try {
      const imported = await crypto.subtle.importKey('raw', key.bytes.buffer as ArrayBuffer, { name: 'Ed25519' }, false, ['verify']);
      const right = await crypto.subtle.verify({ name: 'Ed25519' }, imported, bytes.slice(4).buffer as ArrayBuffer, new TextEncoder().encode(checkpoint.text));
      return right ? 'verified' : 'wrong';
    } catch {
      return 'not checkable';
    }
  }
  return 'unknown signer';
}
