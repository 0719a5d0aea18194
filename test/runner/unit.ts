// The unit tests as a stage of `npm test`: what `npm run test:unit` runs, counted.
import manifest from '../../package.json' with { type: 'json' };
import { endStage } from './counts.ts';
import { runMocha } from './mochaRun.ts';

endStage(await runMocha({ spec: manifest.mocha.spec }));
