/** Word lists of the six families that work on site. */
import type { FamilyWords } from './family-words.ts';

/** Six families of eight specialities each. */
export const FIELD_FAMILIES: readonly FamilyWords[] = [
  {
    name: 'healthcare',
    roles: 'Registered Nurse|Nurse Practitioner|Care Coordinator|Clinical Specialist',
    skills: `patient assessment|medication plans|triage|wound care|charting|infection control
      |family counselling|life support|shift handover|phlebotomy`,
    specialities: [
      'Intensive Care | watch ventilated patients through the night | titrate infusions with the physician',
      'Paediatrics | care for children before and after surgery | calm parents and explain each step',
      'Dialysis | run dialysis sessions for regular patients | teach home treatment',
      'Mental Health | hold groups on an open psychiatric ward | de-escalate crises without restraint',
      'Palliative Care | visit people at home in their last months | ease pain and support relatives',
      'Maternity | attend births with the midwife team | help with first feeding',
      'Rehabilitation | practise walking and washing after a stroke | set weekly goals with therapists',
      'Occupational Health | examine workers exposed to noise and dust | advise plants on safe shifts',
    ],
  },
  {
    name: 'logistics',
    roles: 'Logistics Coordinator|Operations Planner|Warehouse Supervisor|Supply Chain Specialist',
    skills: `route planning|inventory counts|customs papers|forklift licence|WMS|shift planning|lean methods
      |carrier contracts|safety briefings|load plans`,
    specialities: [
      'Cold Chain | keep vaccines between two and eight degrees | investigate every temperature alarm',
      'Port Operations | plan berths and cranes for container ships | clear backlogs after storms',
      'Last Mile | lay out bicycle and van rounds for parcels | cut failed deliveries',
      'Returns | sort returned goods for resale or repair | find out why goods come back',
      'Air Freight | build pallets that fit each aircraft | book space at short notice',
      'Hazardous Goods | label and store chemicals by class | train drivers on spill kits',
      'Rail Freight | compose trains of mixed wagons | agree paths with the network',
      'Spare Parts | stock parts for ageing machines | promise delivery by the next morning',
    ],
  },
  {
    name: 'engineering',
    roles: 'Mechanical Engineer|Project Engineer|Design Engineer|Site Engineer',
    skills: `CAD|tolerance analysis|finite elements|site surveys|cost estimates|commissioning
      |materials testing|risk assessment|drawing checks|contract rules`,
    specialities: [
      'Wind Turbines | inspect blades and gearboxes offshore | plan repairs around the weather',
      'Bridges | calculate steel and concrete bridges | monitor cracks on old spans',
      'HVAC | lay out heating and cooling for hospitals | balance air flows on site',
      'Rail Signalling | design interlockings for small stations | test signals in night closures',
      'Water Treatment | upgrade filters of municipal plants | bring new pumps into service',
      'Robotics | integrate welding robots into lines | write safety concepts for shared cells',
      'Aircraft Structures | size ribs and spars for light aircraft | substantiate repairs for the authority',
      'Tunnelling | steer the boring machine under a city | watch settlement of buildings above',
    ],
  },
  {
    name: 'education',
    roles: 'Teacher|Lecturer|Learning Specialist|Programme Coordinator',
    skills: `lesson planning|classroom management|assessment|mentoring|curriculum design|parent meetings
      |e-learning|inclusion|public speaking|grading`,
    specialities: [
      'Mathematics | teach algebra with puzzles and proofs | prepare pupils for olympiads',
      'Early Childhood | play, sing and read with three-year-olds | observe steps in language',
      'Adult Literacy | teach reading to adults after work | find texts from their own lives',
      'Music | lead the school orchestra | teach strings in small groups',
      'Special Needs | plan days for pupils with autism | work side by side with aides',
      'Vocational Training | instruct apprentices at the lathe | visit training companies',
      'Foreign Languages | teach languages by conversation | organise exchange weeks',
      'Sports Coaching | train teams after lessons | run swimming and climbing courses',
    ],
  },
  {
    name: 'hospitality',
    roles: 'Chef|Restaurant Manager|Hotel Manager|Guest Services Lead',
    skills: `menu planning|food hygiene|rota planning|stock control|guest relations|wine service|budgeting
      |banqueting|reservations|team briefings`,
    specialities: [
      'Pastry | bake viennoiserie before dawn | design plated desserts each season',
      'Vegan Kitchen | cook a menu without animal products | ferment and smoke vegetables',
      'Seafood | buy at the fish auction | run the raw bar on weekends',
      'Mountain Lodges | host hikers and skiers at altitude | plan supplies by cable car',
      'Conference Hotels | seat six hundred guests at gala dinners | turn rooms between sessions',
      'Cruise Ships | feed passengers over ten-day voyages | lead crews from many nations',
      'Spa Resorts | look after long-stay guests at the baths | put together treatment weekends',
      'Street Food | take our trucks to markets and concerts | invent dishes for one hand',
    ],
  },
  {
    name: 'public service',
    roles: 'Policy Officer|Case Worker|Programme Officer|Inspector',
    skills: `report writing|stakeholder meetings|public law|interviews|budget rules|field visits
      |data protection|mediation|tendering|presentations`,
    specialities: [
      'Housing | assign flats by need and waiting time | inspect dwellings for damp',
      'Food Safety | inspect kitchens without notice | trace outbreaks to their source',
      'Refugee Support | help families with papers and schools | arrange interpreters',
      'Heritage Protection | advise owners of listed houses | record finds before building starts',
      'Fisheries | control catches at the quay | set quotas with biologists',
      'Youth Welfare | visit families at risk | prepare reports for the court',
      'Public Transport | plan bus lines and night services | consult riders on changes',
      'Libraries | choose books and games for branches | open the building to local clubs',
    ],
  },
];
