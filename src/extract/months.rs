//! Names of months in the languages blogs are written in. Only a table: a word more here reads a language more.

use std::collections::HashMap;
use std::sync::LazyLock;

/// For each month its names, whole, inflected and cut short, in lower case and without the point.
const MONTHS: [&str; 12] = [
    "january jan januar jänner jaenner jän janvier janv enero ene gennaio genn gen janeiro januari januarie ianuarie ian gener styczeń stycznia sty leden ledna január januára tammikuu tammikuuta tammi ocak oca január jaanuar sausio januāris siječanj siječnja januara januarja január январь января янв січня студзеня януари ιανουαρίου ιανουάριος ιαν জানুয়ারি जनवरी يناير januari",
    "february feb februar februari feber février fevrier févr fevr fév febrero febbraio febbr fevereiro fev februarie febrer luty lutego lut únor února február februára helmikuu helmikuuta helmi şubat şub veebruar vasario februāris veljača veljače februara februarja február февраль февраля фев лютого февруари φεβρουαρίου φεβρουάριος φεβ ফেব্রুয়ারি फरवरी فبراير شباط",
    "march mar märz maerz mär mrz mars marzo março marco maart mrt martie març marzec marca březen března brezna marec marts maaliskuu maaliskuuta maalis mart märts kovo ožujak ožujka marta március márc март марта мар березня μαρτίου μάρτιος μαρ মার্চ मार्च مارس آذار",
    "april apr avril avr abril abr aprile aprilie kwiecień kwietnia kwi duben dubna apríl apríla huhtikuu huhtikuuta huhti nisan nis aprill balandžio aprīlis travanj travnja aprila április ápr апрель апреля апр квітня април απριλίου απρίλιος απρ এপ্রিল अप्रैल أبريل ابريل نيسان",
    "may mai mayo maggio magg mag maio mei maj maja mája máj květen května kvetna toukokuu toukokuuta touko mayıs maijs maja gegužės svibanj svibnja május máj май мая травня μαΐου μάιος μαϊ মে मई مايو أيار ايار",
    "june jun juni juin junio giugno giu junho iunie juny czerwiec czerwca cze červen června jún júna kesäkuu kesäkuuta kesä haziran haz juuni birželio jūnijs lipanj lipnja juna junija június июнь июня июн червня юни ιουνίου ιούνιος ιουν জুন जून يونيو حزيران",
    "july jul juli juillet juil julio luglio lug julho iulie juliol lipiec lipca lip červenec července júl júla heinäkuu heinäkuuta heinä temmuz tem juuli liepos jūlijs srpanj srpnja jula julija július июль июля июл липня юли ιουλίου ιούλιος ιουλ জুলাই जुलाई يوليو تموز",
    "august aug août aout agosto ago augustus augusti agost sierpień sierpnia sie srpen srpna augusta elokuu elokuuta elo ağustos ağu rugpjūčio augusts kolovoz kolovoza avgusta avgust augusztus август августа авг серпня αυγούστου αύγουστος αυγ আগস্ট अगस्त أغسطس agustus آب",
    "september sep sept septembre septiembre setiembre settembre sett set setembro septembrie setembre wrzesień września wrz září zari septembra syyskuu syyskuuta syys eylül eyl rugsėjo septembris rujan rujna szeptember szept сентябрь сентября сен вересня септември σεπτεμβρίου σεπτέμβριος σεπ সেপ্টেম্বর सितंबर سبتمبر أيلول",
    "october oct oktober okt octobre octubre ottobre ott outubro out octombrie październik października paź říjen října októbra október lokakuu lokakuuta loka ekim eki oktoober spalio oktobris oktobar oktobra október октябрь октября окт жовтня октомври οκτωβρίου οκτώβριος οκτ অক্টোবর अक्टूबर أكتوبر",
    "november nov novembre noviembre novembro noiembrie listopad listopadu listopada lis novembra marraskuu marraskuuta marras kasım kas lapkričio novembris studeni studenoga novembar november ноябрь ноября ноя ноември νοεμβρίου νοέμβριος νοε নভেম্বর नवंबर نوفمبر",
    "december dec dezember dez décembre decembre déc diciembre dic dicembre dezembro desember des decembrie desembre grudzień grudnia gru prosinec prosince decembra joulukuu joulukuuta joulu aralık ara detsember gruodžio decembris prosinac prosinca decembar декабрь декабря дек грудня декември δεκεμβρίου δεκέμβριος δεκ ডিসেম্বর दिसंबर ديسمبر",
];

/// Returns the month a word (lower case) names.
pub(super) fn month(word: &str) -> Option<i8> {
    static NUMBERS: LazyLock<HashMap<&str, i8>> = LazyLock::new(|| {
        let numbered = MONTHS.iter().zip(1i8..=12).rev();
        numbered.flat_map(|(words, n)| words.split(' ').map(move |w| (w, n))).collect()
    });
    NUMBERS.get(word.trim_end_matches('.')).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_known_in_many_languages_and_other_words_are_none() {
        for (word, n) in [("märz", 3), ("sept.", 9), ("tammikuuta", 1), ("октября", 10), ("mai", 5), ("déc", 12)]
        {
            assert_eq!(month(word), Some(n), "{word}");
        }
        for word in ["marketing", "decide", "second", "mayor", ""] {
            assert_eq!(month(word), None, "{word}");
        }
    }
}
