/** Where a release goes: the outputs of the two stacks. */
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { explained, ReleaseError } from './release-error.ts';

/** Where CloudFront's own resources live. */
export const EDGE_REGION = 'us-east-1';

export interface Target {
  readonly bucket: string;
  readonly bucketRegion: string;
  readonly distribution: string;
  /** Address of the site, ending with a slash. */
  readonly url: string;
}

/** Reads the stacks `<name>-storage` (in the configured region) and `<name>-edge` (in us-east-1). */
export async function findTarget(name: string): Promise<Target> {
  const storage = await outputsOf(new CloudFormationClient({}), `${name}-storage`);
  const edge = await outputsOf(new CloudFormationClient({ region: EDGE_REGION }), `${name}-edge`);
  return {
    bucket: storage('SiteBucket'),
    bucketRegion: storage('SiteBucketRegion'),
    distribution: edge('DistributionId'),
    url: edge('SiteUrl'),
  };
}

async function outputsOf(client: CloudFormationClient, stack: string): Promise<(key: string) => string> {
  const found = await explained(`Reading stack ${stack}`, async () => {
    try {
      return (await client.send(new DescribeStacksCommand({ StackName: stack }))).Stacks?.[0];
    } catch (thrown) {
      if ((thrown as Error).name === 'ValidationError') return undefined;
      throw thrown;
    }
  });
  if (!found) throw new ReleaseError(`There is no stack ${stack}`, 'Deploy it first (docs/hosting.md), or check --stack and AWS_REGION.');
  const { StackStatus: status, Outputs: outputs } = found;
  if (!status?.endsWith('_COMPLETE') || status.startsWith('DELETE')) {
    throw new ReleaseError(`Stack ${stack} is not ready (${status ?? 'unknown'})`, 'Wait for it, or repair it, and start again.');
  }
  return (key) => {
    const value = outputs?.find(({ OutputKey }) => OutputKey === key)?.OutputValue;
    if (value === undefined) throw new ReleaseError(`Stack ${stack} has no output ${key}`, 'Deploy the template of this version of Castwatch.');
    return value;
  };
}
