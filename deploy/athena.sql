-- Access logs of the edge, as Athena reads them where they lie (deploy/edge.yaml writes them). Replace
-- LOG_BUCKET, ACCOUNT and DISTRIBUTION by the outputs of the stacks. No partition has to be added: they are computed.
CREATE EXTERNAL TABLE castwatch_access (
  `date` string,
  `time` string,
  `x_edge_location` string,
  `sc_bytes` string,
  `c_ip` string,
  `cs_method` string,
  `cs_host` string,
  `cs_uri_stem` string,
  `sc_status` string,
  `cs_user_agent` string,
  `cs_uri_query` string,
  `x_edge_result_type` string,
  `x_edge_request_id` string,
  `cs_protocol` string,
  `time_taken` string,
  `ssl_protocol` string,
  `cs_protocol_version` string,
  `time_to_first_byte` string,
  `x_edge_detailed_result_type` string,
  `sc_content_type` string
)
PARTITIONED BY (`year` int, `month` int, `day` int, `hour` int)
STORED AS PARQUET
LOCATION 's3://LOG_BUCKET/AWSLogs/aws-account-id=ACCOUNT/CloudFront/DistributionId=DISTRIBUTION/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.year.type' = 'integer',
  'projection.year.range' = '2026,2040',
  'projection.month.type' = 'integer',
  'projection.month.range' = '1,12',
  'projection.month.digits' = '2',
  'projection.day.type' = 'integer',
  'projection.day.range' = '1,31',
  'projection.day.digits' = '2',
  'projection.hour.type' = 'integer',
  'projection.hour.range' = '0,23',
  'projection.hour.digits' = '2',
  'storage.location.template' = 's3://LOG_BUCKET/AWSLogs/aws-account-id=ACCOUNT/CloudFront/DistributionId=DISTRIBUTION/year=${year}/month=${month}/day=${day}/hour=${hour}/'
);

-- Which files were missed or failed on a day.
SELECT cs_uri_stem, sc_status, count(*) AS requests
FROM castwatch_access
WHERE year = 2026 AND month = 11 AND day = 26 AND CAST(sc_status AS int) >= 400
GROUP BY cs_uri_stem, sc_status
ORDER BY requests DESC;

-- How many stations asked for the release manifest in each hour: the fleet that is alive.
SELECT hour, count(DISTINCT c_ip) AS addresses, count(*) AS requests
FROM castwatch_access
WHERE year = 2026 AND month = 11 AND day = 26 AND cs_uri_stem = '/release.json'
GROUP BY hour
ORDER BY hour;

-- Bytes by kind of file, and the share that the edge answered by itself.
SELECT regexp_extract(cs_uri_stem, '\.[a-z]+$') AS kind,
       sum(CAST(sc_bytes AS bigint)) AS bytes,
       avg(IF(x_edge_result_type IN ('Hit', 'RefreshHit'), 1.0, 0.0)) AS from_edge
FROM castwatch_access
WHERE year = 2026 AND month = 11
GROUP BY 1
ORDER BY bytes DESC;
