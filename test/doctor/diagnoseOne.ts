import { diagnose } from '../../src/core/connection/diagnosis/diagnose.ts';
import type { Diagnosis } from '../../src/core/connection/diagnosis/types.ts';
import { examine } from '../../src/core/connection/examine.ts';
import { lookAtWire } from '../../src/platform/node/wireLook.ts';
import type { Misconfiguration } from './misconfiguration.ts';

/** Starts a misconfigured server, examines it over HTTP as Test Connection does, and says what was found. */
export async function diagnoseOne(misconfiguration: Misconfiguration): Promise<Diagnosis> {
  const { subject, tool, close } = await misconfiguration.start();
  try {
    const examination = await examine({
      subject,
      http: fetch,
      now: Date.now,
      toleranceSeconds: 60,
      limits: { answerTime: 3000 },
      lookAtWire,
      ...(tool !== undefined && { chooseTool: async () => tool }),
    });
    return diagnose(examination);
  } finally {
    await close();
  }
}
