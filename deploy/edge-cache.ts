import { CloudFrontClient, CreateInvalidationCommand } from '@aws-sdk/client-cloudfront';
import { explained } from './release-error.ts';
import { EDGE_REGION } from './stack.ts';

/** Tells the edge to forget paths. */
export interface EdgeCache {
  forget(paths: readonly string[]): Promise<void>;
}

/** How often something is tried, and the pause in between in milliseconds. */
export interface Patience {
  readonly tries: number;
  readonly pause: number;
}

/** The cache of a CloudFront distribution. */
export function edgeCache(distribution: string, { tries, pause }: Patience = { tries: 5, pause: 15_000 }): EdgeCache {
  const client = new CloudFrontClient({ region: EDGE_REGION });
  return {
    forget: (paths) =>
      explained('Invalidating at the edge', async () => {
        for (let attempt = 1; ; attempt += 1) {
          try {
            await client.send(
              new CreateInvalidationCommand({
                DistributionId: distribution,
                InvalidationBatch: { CallerReference: crypto.randomUUID(), Paths: { Quantity: paths.length, Items: [...paths] } },
              }),
            );
            return;
          } catch (thrown) {
            if ((thrown as Error).name !== 'TooManyInvalidationsInProgress' || attempt === tries) throw thrown;
            await new Promise((resolve) => setTimeout(resolve, pause));
          }
        }
      }),
  };
}
