/** Word lists of the six families that work at a desk. */
import type { FamilyWords } from './family-words.ts';

/** Six families of eight specialities each. */
export const OFFICE_FAMILIES: readonly FamilyWords[] = [
  {
    name: 'software',
    roles: 'Software Engineer|Backend Developer|Software Developer|Platform Engineer',
    skills: 'TypeScript|Go|Java|Rust|PostgreSQL|Kubernetes|gRPC|Linux|Terraform|code review',
    specialities: [
      'Payments | run the ledger behind card and bank payments | keep settlement jobs correct to the cent',
      'Search | tune the query parser and the ranking of search results | rebuild the inverted index without downtime',
      'Embedded Systems | write firmware for battery-powered sensors | bring up new boards and their drivers',
      'Game Engines | speed up the render loop of a console title | build tools that level designers rely on',
      'Identity and Access | own single sign-on and session handling | design permission checks that auditors can read',
      'Video Streaming | cut start-up delay of the live video player | operate transcoding farms at peak hours',
      'Mapping | match noisy positions to the road network | publish map tiles every night',
      `Developer Tooling | make builds and test runs faster for every team
        | maintain the command line used by our engineers`,
    ],
  },
  {
    name: 'data',
    roles: 'Data Scientist|Data Engineer|Data Analyst|Analytics Engineer',
    skills: 'SQL|Python|dbt|Spark|statistics|experiment design|Airflow|data modelling|Parquet|dashboards',
    specialities: [
      'Fraud Detection | score transactions for fraud within milliseconds | trace rings of stolen accounts',
      'Demand Forecasting | forecast weekly demand for thousands of articles | explain forecast errors to planners',
      'Genomics | process sequencing runs into variant tables | validate pipelines against reference samples',
      'Churn Analysis | find out why subscribers leave | measure the effect of win-back offers',
      'Geospatial Analysis | join satellite images with field records | estimate land use from noisy rasters',
      'Speech Recognition | curate hours of transcribed speech | evaluate acoustic models across accents',
      'Energy Markets | model prices on the day-ahead power market | clean meter readings from the grid',
      'Sports Analytics | turn tracking data into player reports | advise coaches between matches',
    ],
  },
  {
    name: 'design',
    roles: 'Product Designer|UX Designer|Interaction Designer|Visual Designer',
    skills: `Figma|prototyping|typography|user interviews|wireframes|design systems|illustration|colour theory
      |usability tests|storyboards`,
    specialities: [
      'Accessibility | test screens with people who use screen readers | write patterns that meet contrast rules',
      'Motion Design | animate transitions that explain what changed | craft short product films',
      `Automotive Interfaces | shape dashboards that can be read at a glance while driving
        | run studies in a driving simulator`,
      'Packaging | draw folding cartons for cosmetics | check proofs at the printing house',
      'Service Design | map visits to public offices from door to letter | hold workshops with front-desk staff',
      'Typefaces | extend type families to new scripts | kern and hint fonts for small sizes',
      'Exhibitions | plan walk-through rooms for museums | build models and light plans',
      'Voice Assistants | write dialogues for spoken assistants | study how people repair misunderstandings',
    ],
  },
  {
    name: 'marketing',
    roles: 'Marketing Manager|Marketing Specialist|Campaign Manager|Brand Manager',
    skills: `copywriting|web analytics|budget planning|email tools|audience research|social media|A/B tests
      |media buying|storytelling|events`,
    specialities: [
      'Podcasts | book guests and sponsors for a weekly podcast | grow listener numbers month by month',
      'Loyalty Programmes | design point schemes that members understand | measure repeat visits of card holders',
      'Trade Fairs | bring our stand to twelve fairs a year | follow up every badge scan with a call',
      'Paid Search | bid on thousands of keywords with a clear target | rewrite ads that stopped working',
      'Influencer Relations | keep long partnerships with creators | check that paid posts are labelled',
      'Public Relations | pitch stories to regional newspapers | prepare spokespeople for hard questions',
      'Newsletters | edit three newsletters a week | raise open rates without clickbait',
      'Sponsorships | negotiate shirt and stadium sponsorships | report what each logo second was worth',
    ],
  },
  {
    name: 'finance',
    roles: 'Financial Analyst|Accountant|Finance Manager|Controller',
    skills: `IFRS|Excel|month-end close|cash flow|SAP|variance analysis|forecasts|reconciliation|due diligence
      |reporting`,
    specialities: [
      'Treasury | manage cash over nine currencies | hedge fuel and interest risk',
      'Tax | prepare value added tax returns in six countries | document transfer prices',
      'Insurance Claims | estimate reserves for open claims | review large losses with adjusters',
      'Grant Accounting | account for research grants from several funders | answer questions of public auditors',
      'Mergers | model the price of acquisition targets | bring the books of bought companies into ours',
      'Payroll | pay four thousand people on the last Friday of the month | settle overtime and shift rules',
      'Credit Risk | set limits for wholesale customers | build scorecards from repayment histories',
      'Procurement Finance | check supplier contracts for hidden costs | track savings by category',
    ],
  },
  {
    name: 'sales',
    roles: 'Account Executive|Sales Manager|Sales Representative|Account Manager',
    skills: `negotiation|CRM|cold calling|pipeline reviews|proposals|presentations|quota planning
      |partner sales|pricing|customer visits`,
    specialities: [
      'Medical Devices | show surgeons new instruments in the theatre | win tenders of hospital groups',
      'Solar Power | sell rooftop systems to farms and factories | compute pay-back times with owners',
      'School Software | guide school districts from pilot to contract | train teachers after the sale',
      'Wine and Spirits | place bottles in restaurants and bars | lead tastings for buyers',
      'Machine Tools | quote milling machines to workshops | attend acceptance runs at the customer',
      'Freight Services | sell space on rail and sea routes | renew yearly contracts with shippers',
      'Advertising Space | fill pages and billboards for local traders | plan seasonal packages',
      'Crop Protection | advise growers field by field | run demonstration plots with dealers',
    ],
  },
];
