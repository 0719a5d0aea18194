import { generateKeyPairSync, type KeyObject } from 'node:crypto';

export interface Pair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** Key pairs made by Node itself, so that imports are tested against another implementation. Made once: RSA takes its time. */
export const pairs = {
  rsa: once(() => generateKeyPairSync('rsa', { modulusLength: 2048 })),
  rsa1024: once(() => generateKeyPairSync('rsa', { modulusLength: 1024 })),
  pss: once(() => generateKeyPairSync('rsa-pss', { modulusLength: 2048 })),
  p256: once(() => generateKeyPairSync('ec', { namedCurve: 'P-256' })),
  p384: once(() => generateKeyPairSync('ec', { namedCurve: 'P-384' })),
  p521: once(() => generateKeyPairSync('ec', { namedCurve: 'P-521' })),
  secp256k1: once(() => generateKeyPairSync('ec', { namedCurve: 'secp256k1' })),
  ed25519: once(() => generateKeyPairSync('ed25519')),
  ed448: once(() => generateKeyPairSync('ed448')),
  x25519: once(() => generateKeyPairSync('x25519')),
};

function once(make: () => Pair): () => Pair {
  let pair: Pair | undefined;
  return () => {
    pair ??= make();
    return pair;
  };
}

export function pkcs8({ privateKey }: Pair, passphrase?: string): string {
  const encryption = passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase };
  return privateKey.export({ type: 'pkcs8', format: 'pem', ...encryption }).toString();
}

export function spki({ publicKey }: Pair): string {
  return publicKey.export({ type: 'spki', format: 'pem' }).toString();
}

/** A self-signed certificate of a P-256 key; its private key was never kept. */
export const certificate = `-----BEGIN CERTIFICATE-----
MIIBcjCCARmgAwIBAgIUC9spZ233hOemoXi7wuurlpjrhgMwCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEdGVzdDAeFw0yNjExMjExMDM3NTdaFw0zNjExMTgxMDM3NTda
MA8xDTALBgNVBAMMBHRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARuqfp9
mQYL89o6Pqn0KLASxeZ9cvJ7qdglVhZVCvmnutnDUaHiu1EPQJMxxCbgRhAZRPWS
d4KUH0IlNH30tD+po1MwUTAdBgNVHQ4EFgQUVhUr/6wI+yEoptjM9GO4j1FratMw
HwYDVR0jBBgwFoAUVhUr/6wI+yEoptjM9GO4j1FratMwDwYDVR0TAQH/BAUwAwEB
/zAKBggqhkjOPQQDAgNHADBEAiBFg/xqhpMHv9HzdoWR75dMzesYLNe6vAdy81SW
vjQrpgIgHUddbwixeV5Ib9Wkv8quDcSZ+/CYNmDnDSfvXtkimhc=
-----END CERTIFICATE-----
`;
