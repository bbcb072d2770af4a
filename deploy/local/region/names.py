"""Names for invented people, as mixed as Greater Manchester.

Guards that no real person is meant: given and family names are drawn apart from each other.
"""

GIVEN = (
    "Aaliyah", "Abena", "Adeola", "Aisha", "Aled", "Amara", "Amir", "Ana", "Anjali", "Beatrice", "Bilal", "Bronagh",
    "Callum", "Chidi", "Ciara", "Dalisay", "Danuta", "Deborah", "Dev", "Ebony", "Efua", "Eilidh", "Esther", "Farah",
    "Femi", "Fiona", "Gareth", "Grace", "Gurpreet", "Hamza", "Hannah", "Harjit", "Hiba", "Hui", "Idris", "Imani",
    "Ines", "Isaac", "Jamal", "Janet", "Jasmin", "Joy", "Kamal", "Karen", "Kofi", "Kwame", "Lateefah", "Leila",
    "Li Na", "Lucy", "Mairead", "Marcia", "Marek", "Mei", "Michael", "Musa", "Nadia", "Ngozi", "Nimco", "Olu",
    "Owen", "Parveen", "Patience", "Precious", "Rafael", "Rania", "Rosa", "Ruth", "Sadia", "Samuel", "Sanjay",
    "Shanice", "Siobhan", "Sunita", "Tariq", "Tendai", "Thandi", "Tomasz", "Uche", "Vikram", "Wanjiru", "Wei",
    "Winston", "Xavier", "Yasmin", "Yusuf", "Zainab", "Zofia",
)  # fmt: skip
FAMILY = (
    "Abdi", "Abubakar", "Achebe", "Adeyemi", "Ahmed", "Akhtar", "Ali", "Amoah", "Bailey", "Banerjee", "Begum",
    "Bennett", "Bhatt", "Boateng", "Campbell", "Chan", "Chaudhry", "Choi", "Clarke", "Cohen", "Davies", "Desai",
    "Dhillon", "Diallo", "Doyle", "Evans", "Farah", "Fernandes", "Francis", "Gordon", "Grant", "Gupta", "Hall",
    "Hassan", "Henry", "Hughes", "Hussain", "Ibrahim", "Iqbal", "Jackson", "James", "Joseph", "Kaur", "Kelly",
    "Khan", "Kowalska", "Kumar", "Lewis", "Lim", "Mahmood", "Malik", "Mensah", "Miah", "Mohamud", "Morgan",
    "Moyo", "Murphy", "Ncube", "Nguyen", "Nowak", "O'Brien", "Obi", "Okafor", "Owusu", "Patel", "Pereira",
    "Phillips", "Qureshi", "Rahman", "Reid", "Roberts", "Sani", "Shah", "Sharma", "Singh", "Smith", "Taylor",
    "Thapa", "Thomas", "Uddin", "Walker", "Warsame", "Williams", "Wong", "Yilmaz", "Zhang",
)  # fmt: skip
