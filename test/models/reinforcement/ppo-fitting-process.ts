import { fitInput, ppo } from './ppo-fits.ts';

/** Fits below the folder of its argument, a line of output per iteration. */
await ppo.fit(
  await fitInput(process.argv[2], undefined, {
    onProgress: ({ round, step }) => {
      if (step === 0) console.log(round);
    },
  }),
);
