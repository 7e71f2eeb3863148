/** A failure that a release expects, in words for the person who started it: what happened, and what to do. */
export class ReleaseError extends Error {
  override readonly name = 'ReleaseError';
  readonly todo: string;
  constructor(message: string, todo: string, options?: ErrorOptions) {
    super(message, options);
    this.todo = todo;
  }
}

interface Explanation {
  readonly names: readonly string[];
  readonly what: string;
  readonly todo: string;
}

const EXPLANATIONS: readonly Explanation[] = [
  {
    names: ['InvalidAccessKeyId', 'InvalidClientTokenId', 'UnrecognizedClientException', 'SignatureDoesNotMatch', 'InvalidSignatureException'],
    what: 'AWS does not know these credentials',
    todo: 'Sign in again, or check AWS_PROFILE, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
  },
  { names: ['ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired'], what: 'the credentials have expired', todo: 'Sign in again.' },
  { names: ['CredentialsProviderError'], what: 'there are no AWS credentials', todo: 'Sign in (aws sso login), or set AWS_PROFILE.' },
  {
    names: ['AccessDenied', 'AccessDeniedException', 'AccessDeniedFault', 'Forbidden'],
    what: 'AWS refuses it to this user or role',
    todo: 'Use the release role of the edge stack (output ReleaseRoleArn).',
  },
  { names: ['NoRegion'], what: 'no AWS region is set', todo: 'Name the region of the storage stack: export AWS_REGION=ap-northeast-2.' },
  { names: ['NoSuchBucket'], what: 'the bucket does not exist', todo: 'Deploy deploy/storage.yaml first, or check --stack.' },
  { names: ['NoSuchDistribution'], what: 'the distribution does not exist', todo: 'Deploy deploy/edge.yaml first, or check --stack.' },
  {
    names: ['RequestTimeTooSkewed', 'RequestExpired', 'RequestInTheFuture'],
    what: "this machine's clock is wrong",
    todo: 'Set the clock (NTP) and start again.',
  },
  {
    names: ['TooManyInvalidationsInProgress'],
    what: 'too many invalidations are in progress',
    todo: 'Wait a few minutes and start again; what is there already is not sent again.',
  },
  { names: ['SlowDown', 'ThrottlingException', 'Throttling', 'ServiceUnavailable', 'InternalError'], what: 'AWS is busy', todo: 'Start again in a minute.' },
  {
    names: ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'ECONNRESET', 'TimeoutError', 'NetworkingError'],
    what: 'AWS cannot be reached',
    todo: 'Check the network and start again; what is there already is not sent again.',
  },
];

/** Puts a failure of the SDK into words; `doing` says what was being done. Others pass through as they are. */
export function explain(thrown: unknown, doing: string): unknown {
  if (thrown instanceof ReleaseError || !(thrown instanceof Error)) return thrown;
  const codes = [thrown.name, (thrown as { code?: unknown }).code, (thrown.cause as { code?: unknown } | undefined)?.code];
  const status = (thrown as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  // An answer to HEAD has no body that could say why.
  if (status === 403) codes.push('Forbidden');
  // The SDK gives this one no name of its own.
  if (thrown.message === 'Region is missing') codes.push('NoRegion');
  const known = codes.flatMap((code) => EXPLANATIONS.find(({ names }) => typeof code === 'string' && names.includes(code)) ?? [])[0];
  if (!known) return new ReleaseError(`${doing}: ${thrown.name}: ${thrown.message}`, 'The old release is still served.', { cause: thrown });
  return new ReleaseError(`${doing}: ${known.what}${thrown.name === 'Error' ? '' : ` (${thrown.name})`}`, known.todo, { cause: thrown });
}

/** Runs a call of the SDK; its failure comes out in words. */
export async function explained<T>(doing: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (thrown) {
    throw explain(thrown, doing);
  }
}
